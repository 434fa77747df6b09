using System.Globalization;
using StackExchange.Redis;
using Superhero.Grains.Quarantine;
using Superhero.Grains.Statistics;
using Superhero.Redis;

namespace Superhero.Silo.Statistics;

/// <summary>Reads the season's statistics out of Redis, in one round trip, and no more of them at any age of the season. A key
/// of another type counts as empty, and what can't be read is passed over: no single entry keeps the rest from being shown.</summary>
public sealed class StatisticsReader(IConnectionMultiplexer redis)
{
    private const int GamesShown = 20;
    private const long MaxMilliseconds = 253_402_300_800_000;

    // The list has no order, so the newest of a longer one are the newest of so many.
    private const int MaxQuarantineRead = 1000;

    /// <summary>Reads them.</summary>
    /// <exception cref="RedisException">Redis can't be reached.</exception>
    public async Task<SeasonStatistics> ReadAsync()
    {
        var batch = redis.GetDatabase().CreateBatch();
        var totals = HashAsync(StatisticsKeys.Totals);
        var compaction = HashAsync(StatisticsKeys.Compaction);
        var minutes = HashAsync(StatisticsKeys.Minutes);
        var days = HashAsync(StatisticsKeys.Days);
        var heroGames = HashAsync(StatisticsKeys.HeroGames);
        var heroWins = HashAsync(StatisticsKeys.HeroWins);
        var heroDamage = HashAsync(StatisticsKeys.HeroDamage);
        var latest = batch.ListRangeAsync(StatisticsKeys.Latest, 0, GamesShown - 1).OrIfWrongTypeAsync([]);
        var quarantined = batch.HashLengthAsync(QuarantineStore.Key).OrIfWrongTypeAsync(0);
        var quarantine = batch.ExecuteAsync("HSCAN", QuarantineStore.Key, 0, "COUNT", MaxQuarantineRead).OrIfWrongTypeAsync(RedisResult.Create(RedisValue.Null));
        batch.Execute();
        await Task.WhenAll(totals, compaction, minutes, days, heroGames, heroWins, heroDamage, latest, quarantined, quarantine);

        return new SeasonStatistics(
            Total(await totals, "loaded"),
            Total(await totals, "resumed"),
            Total(await totals, "timed_out"),
            Compaction(await compaction, Total(await totals, "loaded")),
            Numbers(await minutes, name => name.TryParse(out long minute) ? minute : (long?)null),
            Numbers(await days, name => DateOnly.TryParseExact((string?)name, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : (DateOnly?)null),
            Heroes(Numbers(await heroGames, Hero), Numbers(await heroWins, Hero), Numbers(await heroDamage, Hero)),
            LoadedGame.AllIn(await latest),
            [.. Values(await quarantine).Select(QuarantineStore.Read).OfType<QuarantinedGame>().OrderByDescending(game => game.At).Take(GamesShown)],
            await quarantined);

        Task<HashEntry[]> HashAsync(RedisKey key) => batch.HashGetAllAsync(key).OrIfWrongTypeAsync([]);
    }

    private static CompactionTotals? Compaction(HashEntry[] entries, long loaded) => Total(entries, "at") is > 0 and < MaxMilliseconds and var at
        ? new CompactionTotals(
            Total(entries, "compacted"),
            Total(entries, "waiting") + Math.Max(0, loaded - Total(entries, "loaded")),
            DateTimeOffset.FromUnixTimeMilliseconds(at))
        : null;

    private static ushort? Hero(RedisValue name) => ushort.TryParse((string?)name, NumberStyles.None, CultureInfo.InvariantCulture, out var hero) ? hero : null;

    private static IReadOnlyList<HeroTotals> Heroes(
        Dictionary<ushort, long> games, Dictionary<ushort, long> wins, Dictionary<ushort, long> damage) =>
    [
        .. games.Keys.Union(wins.Keys).Union(damage.Keys)
            .Select(hero => new HeroTotals(hero, games.GetValueOrDefault(hero), wins.GetValueOrDefault(hero), damage.GetValueOrDefault(hero)))
            .OrderByDescending(hero => hero.Wins).ThenByDescending(hero => hero.Damage).ThenBy(hero => hero.Hero),
    ];

    private static Dictionary<TName, long> Numbers<TName>(HashEntry[] entries, Func<RedisValue, TName?> nameIn)
        where TName : struct
    {
        Dictionary<TName, long> numbers = [];
        foreach (var entry in entries)
        {
            if (nameIn(entry.Name) is { } name && Number(entry.Value) is { } number)
            {
                numbers[name] = number;
            }
        }

        return numbers;
    }

    private static long Total(HashEntry[] entries, string name) => Number(entries.FirstOrDefault(entry => entry.Name == name).Value) ?? 0;

    private static long? Number(RedisValue value) => value.TryParse(out long number) && number >= 0 ? number : null;

    // HSCAN answers with where to go on, and with names and values in turn.
    private static IEnumerable<RedisValue> Values(RedisResult scan) =>
        scan is { Length: 2 } ? ((RedisValue[]?)scan[1] ?? []).Where((_, i) => i % 2 == 1) : [];
}
