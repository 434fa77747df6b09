using Superhero.Grains.Quarantine;
using Superhero.Grains.Statistics;

namespace Superhero.Silo.Statistics;

/// <summary>What Redis says of the season.</summary>
/// <param name="Loaded">Games whose files are safe.</param>
/// <param name="Resumed">Of these, those that took more than one attempt.</param>
/// <param name="TimedOut">Lobbies that never filled.</param>
/// <param name="Compaction">What the cluster has compacted; null if it does not compact.</param>
/// <param name="Minutes">Minutes since 1970, with the games that were loaded in each.</param>
/// <param name="Days">Days in UTC, with the games that were loaded on each.</param>
/// <param name="Heroes">The heroes that have fought, those with the most wins first, then those with the most damage sent.</param>
/// <param name="Latest">The last games, the newest first.</param>
/// <param name="Quarantine">Games that can't be processed, the newest first.</param>
/// <param name="Quarantined">How many of these there are in all.</param>
public sealed record SeasonStatistics(
    long Loaded,
    long Resumed,
    long TimedOut,
    CompactionTotals? Compaction,
    IReadOnlyDictionary<long, long> Minutes,
    IReadOnlyDictionary<DateOnly, long> Days,
    IReadOnlyList<HeroTotals> Heroes,
    IReadOnlyList<LoadedGame> Latest,
    IReadOnlyList<QuarantinedGame> Quarantine,
    long Quarantined)
{
    /// <summary>For how many minutes games are shown by the minute.</summary>
    public const int MinutesShown = 60;

    /// <summary>For how many days games are shown by the day.</summary>
    public const int DaysShown = 30;

    /// <summary>Those of a season that has not begun.</summary>
    public static SeasonStatistics None { get; } =
        new(0, 0, 0, null, new Dictionary<long, long>(), new Dictionary<DateOnly, long>(), [], [], [], 0);

    /// <summary>The games of each of the last minutes, the oldest first; the last one has just begun.</summary>
    /// <param name="now">The time, in UTC.</param>
    public IReadOnlyList<long> PerMinute(DateTimeOffset now)
    {
        var first = (now.ToUnixTimeSeconds() / 60) - MinutesShown + 1;
        return [.. Enumerable.Range(0, MinutesShown).Select(i => Minutes.GetValueOrDefault(first + i))];
    }

    /// <summary>The games of each of the last days, the oldest first; the last one is today.</summary>
    /// <param name="now">The time, in UTC.</param>
    public IReadOnlyList<DayView> PerDay(DateTimeOffset now)
    {
        var first = DateOnly.FromDateTime(now.UtcDateTime).AddDays(1 - DaysShown);
        return [.. Enumerable.Range(0, DaysShown).Select(first.AddDays).Select(day => new DayView(day, Days.GetValueOrDefault(day)))];
    }
}

/// <summary>What the cluster has compacted.</summary>
/// <param name="Compacted">How many games.</param>
/// <param name="Waiting">How many are loaded and not yet compacted, as far as is known.</param>
/// <param name="At">When it last looked, in UTC.</param>
public sealed record CompactionTotals(long Compacted, long Waiting, DateTimeOffset At);

/// <summary>What a hero has done.</summary>
/// <param name="Hero">The superhero_id.</param>
/// <param name="Games">In how many games.</param>
/// <param name="Wins">How many of them it survived.</param>
/// <param name="Damage">The damage that it sent.</param>
public readonly record struct HeroTotals(ushort Hero, long Games, long Wins, long Damage);
