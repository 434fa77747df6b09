using Superhero.Grains.Statistics;

namespace Superhero.Silo.Statistics;

/// <summary>What the page shows.</summary>
/// <param name="At">When it was so, in UTC.</param>
/// <param name="Silo">The name of the silo that says so.</param>
/// <param name="Loaded">Games whose files are safe.</param>
/// <param name="Resumed">Of these, those that took more than one attempt.</param>
/// <param name="TimedOut">Lobbies that never filled.</param>
/// <param name="Compaction">What the cluster has compacted; null if it does not compact.</param>
/// <param name="PerMinute">Games of each of the last 60 minutes, the oldest first.</param>
/// <param name="PerDay">Games of each of the last 30 days, in UTC, the oldest first.</param>
/// <param name="Heroes">The heroes that have fought, those with the most wins first.</param>
/// <param name="Latest">The last games, the newest first.</param>
/// <param name="Quarantine">The games that can't be processed, the newest first, at most 20.</param>
/// <param name="Quarantined">How many there are.</param>
/// <param name="Silos">The silos that are in the cluster, or were lately.</param>
/// <param name="Problem">What keeps the page from showing everything; null for nothing.</param>
public sealed record StatisticsView(
    DateTimeOffset At,
    string Silo,
    long Loaded,
    long Resumed,
    long TimedOut,
    CompactionTotals? Compaction,
    IReadOnlyList<long> PerMinute,
    IReadOnlyList<DayView> PerDay,
    IReadOnlyList<HeroView> Heroes,
    IReadOnlyList<GameView> Latest,
    IReadOnlyList<QuarantineView> Quarantine,
    long Quarantined,
    IReadOnlyList<SiloView> Silos,
    string? Problem);

/// <summary>A day.</summary>
/// <param name="Day">Which.</param>
/// <param name="Games">The games that were loaded on it.</param>
public sealed record DayView(DateOnly Day, long Games);

/// <summary>What a hero has done.</summary>
/// <param name="Name">Its name, or its superhero_id where Redis has no name of it.</param>
/// <param name="Games">In how many games.</param>
/// <param name="Wins">How many of them it survived.</param>
/// <param name="Damage">The damage that it sent, 2^63-1 where it is more than that; JavaScript rounds it where it is beyond 2^53.</param>
public sealed record HeroView(string Name, long Games, long Wins, long Damage);

/// <summary>A game that was loaded.</summary>
/// <param name="Token">Its token.</param>
/// <param name="At">When, in UTC.</param>
/// <param name="Silo">The host name of the silo that loaded it.</param>
/// <param name="Attempts">How many attempts it took.</param>
/// <param name="Podium">Its participants, by rank.</param>
public sealed record GameView(Guid Token, DateTimeOffset At, string Silo, int Attempts, IReadOnlyList<PlaceView> Podium);

/// <summary>A place on a podium.</summary>
/// <param name="Rank">1 for the survivor.</param>
/// <param name="Hero">The hero's name, or its superhero_id.</param>
/// <param name="User">The user_token.</param>
public sealed record PlaceView(byte Rank, string Hero, string User)
{
    /// <summary>The same place, with its hero's name.</summary>
    public static PlaceView Of(PodiumPlace place, Func<ushort, string> nameOf) => new(place.Rank, nameOf(place.Hero), place.User);
}

/// <summary>A game in quarantine.</summary>
/// <param name="Token">Its token.</param>
/// <param name="At">Since when, in UTC.</param>
/// <param name="Silo">The host name of the silo that found it so.</param>
/// <param name="Reason">Why.</param>
public sealed record QuarantineView(Guid Token, DateTimeOffset At, string Silo, string Reason);

/// <summary>A silo.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Address">The address on which the other silos reach it.</param>
/// <param name="Status">Its status in the cluster, in Orleans' words.</param>
public sealed record SiloView(string Name, string Address, string Status);
