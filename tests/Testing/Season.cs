using System.Globalization;
using StackExchange.Redis;
using Superhero.Grains.Statistics;
using Superhero.Redis;

namespace Superhero.Testing;

/// <summary>A season's statistics, as silos could have left them in Redis.</summary>
/// <param name="Games">How many games were loaded.</param>
/// <param name="Days">On how many days, of which today is the last.</param>
/// <param name="Heroes">How many heroes fought in them.</param>
/// <param name="Latest">How many of the last games are told of.</param>
public sealed record Season(long Games, int Days, int Heroes, int Latest)
{
    private const int Minutes = 60;

    // What the superhero API tells of a hero is about as long.
    private static readonly string Biography = new('x', 1000);

    /// <summary>Puts it into a Redis, with the heroes' names.</summary>
    public async Task PutAsync(IDatabase redis, DateTimeOffset now)
    {
        var minute = now.ToUnixTimeSeconds() / 60;
        await redis.HashSetAsync(StatisticsKeys.Totals, [new("loaded", Games), new("resumed", Games / 1000), new("timed_out", Games / 10)]);
        await redis.HashSetAsync(StatisticsKeys.Minutes, Entries(Minutes, i => minute - i, i => 10 + (i * 7 % 25)));
        await redis.HashSetAsync(
            StatisticsKeys.Days,
            Entries(Days, i => now.UtcDateTime.AddDays(-i).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), i => (Games / Days) + (i * 7919 % 3000)));
        await redis.HashSetAsync(StatisticsKeys.HeroGames, Entries(Heroes, i => i + 1, i => Games * 3 / Heroes));
        await redis.HashSetAsync(StatisticsKeys.HeroWins, Entries(Heroes, i => i + 1, i => (Games / Heroes) + (i * 7919 % 1000)));
        await redis.HashSetAsync(StatisticsKeys.HeroDamage, Entries(Heroes, i => i + 1, i => (Games / Heroes * 1_000_000L) + (i * 7919L % 1000 * 100_000)));
        await redis.HashSetAsync(GameKeys.Superheros, Entries(Heroes, i => i + 1, i => $$$"""{"name": "Hero {{{i + 1}}}", "biography": "{{{Biography}}}"}"""));
        await redis.ListRightPushAsync(StatisticsKeys.Latest, [.. Enumerable.Range(0, Latest).Select(i => Game(now.AddSeconds(-7 * i)).ToJson())]);
    }

    /// <summary>A game of it.</summary>
    public static LoadedGame Game(DateTimeOffset at, Guid? token = null) => new(
        token ?? Guid.NewGuid(), at, "silo-2", "silo-1", at.AddSeconds(-1), 2,
        [new($"{Guid.NewGuid()}", 3, 1, 9, 100, 2_000_000), new($"{Guid.NewGuid()}", 7, 2, 8, 300, 400), new($"{Guid.NewGuid()}", 1, 3, 0, 2_000_000, 0)]);

    private static HashEntry[] Entries(int count, Func<int, RedisValue> name, Func<int, RedisValue> value) =>
        [.. Enumerable.Range(0, count).Select(i => new HashEntry(name(i), value(i)))];
}
