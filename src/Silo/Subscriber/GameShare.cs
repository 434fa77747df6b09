using Superhero.Grains.Interfaces;

namespace Superhero.Silo.Subscriber;

/// <summary>This silo's share of the games, and what it has heard of the others'. A message is either for this silo to act on, or
/// kept in case that the game comes into its share: never neither, however the members change meanwhile.</summary>
public sealed class GameShare(
    IClusterMembershipService membership, PartitionOwnership ownership, OverheardGames overheard, IGrainFactory grains)
{
    private readonly Lock _lock = new();

    /// <summary>Takes note of an announcement.</summary>
    /// <returns>Whether its game is in this silo's share. It is kept if not.</returns>
    public bool IsOwn(Announcement announcement)
    {
        lock (_lock)
        {
            if (IsOwn(announcement.Message.Game))
            {
                return true;
            }

            overheard.Add(announcement);
            return false;
        }
    }

    /// <summary>Keeps an announcement in this silo's share that it could not deal with: the game may be in the hands of a silo
    /// that is about to be found dead.</summary>
    public void Keep(Announcement announcement)
    {
        lock (_lock)
        {
            overheard.Add(announcement);
        }
    }

    /// <summary>Divides the games anew, among the members that there are now.</summary>
    /// <param name="inherited">What is in this silo's share now, of what was kept.</param>
    /// <returns>When to divide them again, as <see cref="PartitionOwnership.Update"/> says it.</returns>
    public TimeSpan? Divide(out IReadOnlyList<Announcement> inherited)
    {
        lock (_lock)
        {
            var wait = ownership.Update(membership.CurrentSnapshot);
            inherited = overheard.Take(IsOwn);
            return wait;
        }
    }

    private bool IsOwn(Guid game) => ownership.IsLocal(grains.GetGrain<IGameGrain>(game).GetGrainId());
}
