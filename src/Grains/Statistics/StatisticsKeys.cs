using StackExchange.Redis;

namespace Superhero.Grains.Statistics;

/// <summary>Where Redis keeps the season's statistics. They are added to in the same moment in which a game ends, and are of
/// bounded size.</summary>
public static class StatisticsKeys
{
    /// <summary>Hash: loaded, resumed (of these, those that took more than one attempt) and timed_out, to how many games.</summary>
    public static readonly RedisKey Totals = "superhero/statistics/totals";

    /// <summary>Hash: a minute, in minutes since 1970 in UTC, to the games that were loaded in it; of the last 60 such minutes.
    /// Times here are of Redis' clock.</summary>
    public static readonly RedisKey Minutes = "superhero/statistics/minutes";

    /// <summary>Hash: a day in UTC, such as 2026-05-04, to the games that were loaded on it; of the last 400 such days.</summary>
    public static readonly RedisKey Days = "superhero/statistics/days";

    /// <summary>Hash: superhero_id to the games that the hero fought in.</summary>
    public static readonly RedisKey HeroGames = "superhero/statistics/heroes/games";

    /// <summary>Hash: superhero_id to the games that the hero survived.</summary>
    public static readonly RedisKey HeroWins = "superhero/statistics/heroes/wins";

    /// <summary>Hash: superhero_id to the damage that the hero sent; 2^63-1 where it is more than that.</summary>
    public static readonly RedisKey HeroDamage = "superhero/statistics/heroes/damage";

    /// <summary>Hash: merged, the games that were merged, by the cluster or a command; and of the last pass of the cluster, at (milliseconds since 1970), waiting (games that it
    /// left for later), and loaded (how many games had been loaded when it began).</summary>
    public static readonly RedisKey Merges = "superhero/statistics/merges";

    /// <summary>List: the last 1,000 games, the newest first, each as the JSON of a <see cref="LoadedGame"/>.</summary>
    public static readonly RedisKey Latest = "superhero/statistics/latest";
}
