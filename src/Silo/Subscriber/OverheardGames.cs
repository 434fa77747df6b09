namespace Superhero.Silo.Subscriber;

/// <summary>What a silo has heard in the last minute and has not dealt with: the games of other silos' shares, and those of its
/// own that failed. When a silo is gone, its games are here, in all the others.</summary>
/// <remarks>It is bounded: beyond <see cref="Capacity"/> the oldest are forgotten, and left to the sweep.</remarks>
public sealed class OverheardGames(TimeProvider clock)
{
    /// <summary>How many announcements are kept.</summary>
    public const int Capacity = 65_536;

    /// <summary>For how long they are: far longer than it takes the silos to agree that one of them is gone.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromMinutes(1);

    private readonly Queue<Announcement> _heard = [];

    /// <summary>Keeps an announcement.</summary>
    public void Add(Announcement announcement)
    {
        while (_heard.TryPeek(out var oldest) && (_heard.Count >= Capacity || IsOld(oldest)))
        {
            _heard.Dequeue();
        }

        _heard.Enqueue(announcement);
    }

    /// <summary>Takes out the games that a silo is to deal with after all, each once, however often it was announced.</summary>
    /// <param name="isOwn">Whether a game is one of them.</param>
    /// <returns>Those that were heard last come first: the older ones are most likely done.</returns>
    public IReadOnlyList<Announcement> Take(Func<Guid, bool> isOwn)
    {
        Dictionary<Guid, Announcement> taken = [];
        for (var left = _heard.Count; left > 0; left--)
        {
            var announcement = _heard.Dequeue();
            if (IsOld(announcement))
            {
                continue;
            }

            if (isOwn(announcement.Message.Game))
            {
                taken.TryAdd(announcement.Message.Game, announcement);
            }
            else
            {
                _heard.Enqueue(announcement);
            }
        }

        return [.. taken.Values.OrderByDescending(announcement => announcement.Heard)];
    }

    private bool IsOld(Announcement announcement) => clock.GetElapsedTime(announcement.Heard) > Age;
}
