using System.Globalization;

namespace Superhero.Grains.Ledger;

/// <summary>Names this silo in the ledger, and tells which others are dead.</summary>
public interface ISiloLiveness
{
    /// <summary>This silo, as no other was or will be named.</summary>
    string Self { get; }

    /// <summary>Whether a silo is known to be dead. One of which nothing is known is not.</summary>
    bool IsDead(string silo);
}

/// <summary>What the cluster's membership says.</summary>
internal sealed class SiloLiveness(ILocalSiloDetails self, IClusterMembershipService membership) : ISiloLiveness
{
    /// <inheritdoc />
    public string Self { get; } = self.SiloAddress.ToParsableString();

    /// <inheritdoc />
    public bool IsDead(string silo)
    {
        // Orleans' own answer takes a silo of which it knows nothing for a dead one, and a new one is such a silo for a moment.
        return SiloAddress.TryParse(silo, CultureInfo.InvariantCulture, out var address)
            && membership.CurrentSnapshot.Members is var members
            && (members.TryGetValue(address, out var member)
                ? member.Status == SiloStatus.Dead
                : members.Keys.Any(other => other.Endpoint.Equals(address.Endpoint) && other.Generation > address.Generation));
    }
}
