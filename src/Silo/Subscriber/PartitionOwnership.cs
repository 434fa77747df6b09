namespace Superhero.Silo.Subscriber;

/// <summary>Which games are this silo's own. All silos receive every message, and each acts on its own games, so that a game
/// costs the same however many silos there are.</summary>
/// <remarks>Once the cluster is settled, a game belongs to the silo on which Orleans' hash-based placement puts its grain. A
/// silo that has just joined has its first games ahead of it, which take many times as long as all later ones; so it has no
/// share until it has had time to <see cref="Rehearsal">rehearse</see>.</remarks>
public sealed class PartitionOwnership(ILocalSiloDetails self, TimeProvider clock)
{
    /// <summary>How long after it has joined a silo has its share.</summary>
    public static readonly TimeSpan SettlingTime = TimeSpan.FromSeconds(2);

    private readonly Dictionary<SiloAddress, long?> _joined = [];
    private SiloAddress[] _sharing = [];

    /// <summary>Whether this silo is a member of the cluster: one that joins is not yet, and one that stops is not any more.</summary>
    public bool IsMember { get; private set; }

    /// <summary>Whether there are members that have no share yet. Orleans does not know of that.</summary>
    public bool IsSettling { get; private set; }

    /// <summary>Divides the games anew.</summary>
    /// <returns>After what time they are to be divided again, even if no member comes or goes; null for not at all.</returns>
    public TimeSpan? Update(ClusterMembershipSnapshot members)
    {
        SiloAddress[] active = [.. members.Members.Values.Where(member => member.Status == SiloStatus.Active).Select(member => member.SiloAddress).Order()];
        foreach (var gone in _joined.Keys.Except(active).ToList())
        {
            _joined.Remove(gone);
        }

        // Those that were there before this silo are old to it, however young they are: they have shares before it has one.
        foreach (var joined in active)
        {
            _joined.TryAdd(joined, IsMember || joined.Equals(self.SiloAddress) ? clock.GetTimestamp() : null);
        }

        SiloAddress[] settled = [.. active.Where(silo => Rest(silo) <= TimeSpan.Zero)];
        _sharing = settled.Length > 0 ? settled : [.. active.OrderBy(silo => _joined[silo]).Take(1)];
        IsMember = active.Contains(self.SiloAddress);
        IsSettling = settled.Length < active.Length;
        return IsSettling ? active.Except(settled).Min(Rest) : null;
    }

    /// <summary>Whether this silo should act on a game.</summary>
    public bool IsLocal(GrainId grain)
    {
        var sharing = _sharing;
        return sharing.Length > 0 && sharing[(int)(grain.GetUniformHashCode() & 0x7fffffff) % sharing.Length].Equals(self.SiloAddress);
    }

    private TimeSpan Rest(SiloAddress silo) => _joined[silo] is { } joined ? SettlingTime - clock.GetElapsedTime(joined) : TimeSpan.Zero;
}
