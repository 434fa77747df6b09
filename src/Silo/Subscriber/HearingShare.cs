namespace Superhero.Silo.Subscriber;

/// <summary>This silo's share of what all silos hear: the games whose grain is placed on it. That way a game costs the same
/// however many silos hear of it.</summary>
/// <remarks>Around a change of the cluster the silos see it differently for a moment, so for a while they act on all games;
/// hearing a game twice is harmless. What only a silo that died has heard, the sweep finds.</remarks>
public sealed class HearingShare(IClusterMembershipService membership, ILocalSiloDetails self, TimeProvider clock)
{
    /// <summary>For how long after a change of the cluster a silo acts on all games.</summary>
    public static readonly TimeSpan Unsettled = TimeSpan.FromSeconds(10);

    private Members _members = new(null, [], 0);

    /// <summary>Whether this silo should act on a game. Once the cluster is settled, that is the answer of Orleans'
    /// hash-based placement; were it not, nothing but a hop would be lost.</summary>
    public bool Has(GrainId grain)
    {
        var members = _members;
        if (membership.CurrentSnapshot is var snapshot && snapshot != members.Snapshot)
        {
            SiloAddress[] active = [.. snapshot.Members.Values
                .Where(member => member.Status == SiloStatus.Active).Select(member => member.SiloAddress).Order()];
            var same = members.Active.SequenceEqual(active);
            _members = members = new Members(snapshot, active, same ? members.Since : clock.GetTimestamp());
        }

        return members.Active.Length <= 1
            || clock.GetElapsedTime(members.Since) < Unsettled
            || members.Active[(int)(grain.GetUniformHashCode() & 0x7fffffff) % members.Active.Length].Equals(self.SiloAddress);
    }

    private sealed record Members(ClusterMembershipSnapshot? Snapshot, SiloAddress[] Active, long Since);
}
