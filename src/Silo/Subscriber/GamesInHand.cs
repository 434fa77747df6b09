namespace Superhero.Silo.Subscriber;

/// <summary>The games that wait for their grain, or are with it. Each participant announces a game, all within moments: the first
/// announcement takes it in hand, and most often nothing is left to do for the others.</summary>
public sealed class GamesInHand
{
    // A rank is a byte, so no lobby that matters has more; whoever can publish could name any number of users.
    private const int MaxLater = 256;

    // Of all games together, as many as may wait for their grain.
    private const int Capacity = GameSubscriber.Capacity;

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, List<Announcement>?> _later = [];
    private int _count;

    /// <summary>Takes a game in hand.</summary>
    /// <returns>False where it is in hand; then the announcement is kept until the game is let go.</returns>
    public bool TryTake(Announcement announcement)
    {
        lock (_lock)
        {
            if (_later.TryAdd(announcement.Message.Game, null))
            {
                return true;
            }

            var later = _later[announcement.Message.Game] ??= [];
            if (later.Count < MaxLater && _count < Capacity)
            {
                later.Add(announcement);
                _count++;
            }

            return false;
        }
    }

    /// <summary>Lets a game go.</summary>
    /// <returns>The other announcements of it that came meanwhile.</returns>
    public IReadOnlyList<Announcement> LetGo(Guid game)
    {
        lock (_lock)
        {
            if (!_later.Remove(game, out var later) || later is null)
            {
                return [];
            }

            _count -= later.Count;
            return later;
        }
    }
}
