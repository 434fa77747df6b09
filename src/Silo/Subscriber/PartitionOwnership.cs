namespace Superhero.Silo.Subscriber;

/// <summary>Which games are this silo's own: those whose grain is placed on it. All silos receive every message, and each acts
/// on its own games, so that a game costs the same however many silos there are.</summary>
/// <remarks>Around a change of the cluster the silos see it differently for a moment, so for a while they act on all games;
/// hearing of a game twice is harmless. What only a silo that died has heard, the sweep finds.</remarks>
public sealed class PartitionOwnership(IClusterMembershipService membership, ILocalSiloDetails self, TimeProvider clock)
{
    /// <summary>For how long after a change of the cluster a silo acts on all games.</summary>
    public static readonly TimeSpan RebalancePeriod = TimeSpan.FromSeconds(10);

    private Members _members = new(null, [], 0);

    /// <summary>Whether this silo should act on a game. Once the cluster is settled, that is the answer of Orleans'
    /// hash-based placement; were it not, nothing but a hop would be lost.</summary>
    public bool IsLocal(GrainId grain)
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
            || clock.GetElapsedTime(members.Since) < RebalancePeriod
            || members.Active[(int)(grain.GetUniformHashCode() & 0x7fffffff) % members.Active.Length].Equals(self.SiloAddress);
    }

    private sealed record Members(ClusterMembershipSnapshot? Snapshot, SiloAddress[] Active, long Since);
}
