namespace Superhero.Silo.Subscriber;

/// <summary>Which games are this silo's own: those whose grain is placed on it. All silos receive every message, and each acts
/// on its own games, so that a game costs the same however many silos there are.</summary>
public sealed class PartitionOwnership(ILocalSiloDetails self)
{
    private SiloAddress[] _active = [];

    /// <summary>Whether this silo has a share at all: one that joins has none yet, and one that stops has none any more.</summary>
    public bool IsMember => _active.Contains(self.SiloAddress);

    /// <summary>Divides the games anew.</summary>
    public void Update(ClusterMembershipSnapshot members) => _active =
    [
        .. members.Members.Values.Where(member => member.Status == SiloStatus.Active).Select(member => member.SiloAddress).Order(),
    ];

    /// <summary>Whether this silo should act on a game. That is the answer of Orleans' hash-based placement; were it not,
    /// nothing but a hop would be lost.</summary>
    public bool IsLocal(GrainId grain)
    {
        var active = _active;
        return active.Length > 0 && active[(int)(grain.GetUniformHashCode() & 0x7fffffff) % active.Length].Equals(self.SiloAddress);
    }
}
