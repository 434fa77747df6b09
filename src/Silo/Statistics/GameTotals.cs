using Superhero.Grains.Journal;

namespace Superhero.Silo.Statistics;

/// <summary>Adds up what the journals say. Hearing an entry twice changes nothing.</summary>
public sealed class GameTotals
{
    /// <summary>For how many minutes games are counted by the minute.</summary>
    public const int Minutes = 60;

    private const int Latest = 20;

    private readonly HashSet<Guid> _loaded = [];
    private readonly HashSet<Guid> _timedOut = [];
    private readonly Dictionary<ushort, HeroTotals> _heroes = [];
    private readonly Dictionary<long, int> _minutes = [];
    private readonly PriorityQueue<JournalEntry, DateTimeOffset> _latest = new();

    /// <summary>Games whose files are safe.</summary>
    public int Loaded => _loaded.Count;

    /// <summary>Of these, those that took more than one attempt.</summary>
    public int Resumed { get; private set; }

    /// <summary>Lobbies that never filled.</summary>
    public int TimedOut => _timedOut.Count;

    /// <summary>The heroes that have fought, those with the most wins first, then those with the most damage sent.</summary>
    public IEnumerable<HeroTotals> Heroes =>
        _heroes.Values.OrderByDescending(hero => hero.Wins).ThenByDescending(hero => hero.Damage).ThenBy(hero => hero.Hero);

    /// <summary>The last games, the newest first.</summary>
    public IEnumerable<JournalEntry> LatestGames =>
        _latest.UnorderedItems.OrderByDescending(game => game.Priority).Select(game => game.Element);

    /// <summary>Adds an entry.</summary>
    public void Add(JournalEntry entry)
    {
        switch (entry)
        {
            case { Event: GameEvent.Loaded, LoadRecord: { } load } when _loaded.Add(entry.Token):
                Add(entry, load);
                break;
            case { Event: GameEvent.TimedOut }:
                _timedOut.Add(entry.Token);
                break;
        }
    }

    /// <summary>The games of each of the last minutes, the oldest first; the last one has just begun.</summary>
    /// <param name="now">The time, in UTC.</param>
    public IReadOnlyList<int> PerMinute(DateTimeOffset now)
    {
        var minute = Minute(now);
        foreach (var old in _minutes.Keys.Where(key => key <= minute - Minutes).ToList())
        {
            _minutes.Remove(old);
        }

        return [.. Enumerable.Range(0, Minutes).Select(i => _minutes.GetValueOrDefault(minute - Minutes + 1 + i))];
    }

    private void Add(JournalEntry entry, LoadRecord load)
    {
        Resumed += load.Attempts > 1 ? 1 : 0;
        _minutes[Minute(entry.At)] = _minutes.GetValueOrDefault(Minute(entry.At)) + 1;
        _latest.Enqueue(entry, entry.At);
        if (_latest.Count > Latest)
        {
            _latest.Dequeue();
        }

        foreach (var row in load.Podium)
        {
            var hero = _heroes.GetValueOrDefault(row.Hero, new HeroTotals(row.Hero, 0, 0, 0));
            _heroes[row.Hero] = hero with
            {
                Games = hero.Games + 1,
                Wins = hero.Wins + (row.Rank == 1 ? 1 : 0),
                Damage = hero.Damage + row.Sent,
            };
        }
    }

    private static long Minute(DateTimeOffset time) => time.ToUnixTimeSeconds() / 60;
}

/// <summary>What a hero has done.</summary>
/// <param name="Hero">The superhero_id.</param>
/// <param name="Games">In how many games.</param>
/// <param name="Wins">How many of them it survived.</param>
/// <param name="Damage">The damage that it sent.</param>
public readonly record struct HeroTotals(ushort Hero, int Games, int Wins, decimal Damage);
