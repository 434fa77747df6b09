using System.Text.Json;
using StackExchange.Redis;
using Superhero.Grains.Quarantine;
using Superhero.Grains.Statistics;
using Superhero.Silo.Statistics;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Statistics;

public sealed class StatisticsReaderTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 5, 4, 12, 0, 30, TimeSpan.Zero);

    private static readonly RedisKey Quarantine = "superhero/quarantine";

    private static readonly RedisKey[] Keys =
    [
        StatisticsKeys.Totals, StatisticsKeys.Minutes, StatisticsKeys.Days, StatisticsKeys.HeroGames, StatisticsKeys.HeroWins,
        StatisticsKeys.HeroDamage, StatisticsKeys.Latest, Quarantine,
    ];

    private OwnEmbeddedRedis _redis = null!;

    private IDatabase Database => _redis.Database;

    public async ValueTask InitializeAsync() => _redis = await OwnEmbeddedRedis.StartAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task Season_without_games_is_empty()
    {
        var season = await ReadAsync();
        Assert.Equal((0, 0, 0, 0), (season.Loaded, season.Resumed, season.TimedOut, season.Quarantined));
        Assert.Equal((0, 60), (season.PerMinute(Now).Sum(), season.PerMinute(Now).Count));
        Assert.Equal((0, 30), (season.PerDay(Now).Sum(day => day.Games), season.PerDay(Now).Count));
        Assert.Empty(season.Heroes);
    }

    [Fact]
    public async Task Last_60_minutes_and_30_days_are_read_with_zeros()
    {
        var minute = Now.ToUnixTimeSeconds() / 60;
        foreach (var (ago, games) in new[] { (0, 2), (1, 1), (59, 3), (60, 9) })
        {
            await Database.HashIncrementAsync(StatisticsKeys.Minutes, minute - ago, games);
        }

        foreach (var (day, games) in new[] { ("2026-05-04", 5), ("2026-04-05", 6), ("2026-04-04", 9), ("2026-05-05", 9) })
        {
            await Database.HashIncrementAsync(StatisticsKeys.Days, day, games);
        }

        var season = await ReadAsync();
        var minutes = season.PerMinute(Now);
        Assert.Equal((60, 3, 1, 2, 6), (minutes.Count, minutes[0], minutes[58], minutes[59], minutes.Sum()));
        var days = season.PerDay(Now);
        Assert.Equal((30, 11), (days.Count, days.Sum(day => day.Games)));
        Assert.Equal(new DayView(new DateOnly(2026, 4, 5), 6), days[0]);
        Assert.Equal(new DayView(new DateOnly(2026, 5, 3), 0), days[28]);
        Assert.Equal(new DayView(new DateOnly(2026, 5, 4), 5), days[29]);
    }

    [Fact]
    public async Task Heroes_are_ordered_by_wins_and_damage_up_to_the_largest_number_of_Redis()
    {
        await Database.HashSetAsync(StatisticsKeys.HeroGames, [new(3, 5), new(7, 5), new(9, 2), new(12, 1)]);
        await Database.HashSetAsync(StatisticsKeys.HeroWins, [new(3, 2), new(9, 2)]);
        await Database.HashSetAsync(StatisticsKeys.HeroDamage, [new(3, 10), new(9, long.MaxValue), new(7, 1)]);
        Assert.Equal(
            [new HeroTotals(9, 2, 2, long.MaxValue), new(3, 5, 2, 10), new(7, 5, 0, 1), new(12, 1, 0, 0)], (await ReadAsync()).Heroes);
    }

    [Fact]
    public async Task Long_season_is_read_only_as_far_as_the_page_shows_it()
    {
        await new Season(5_000_000, 400, 731, 100).PutAsync(Database, Now);
        await Database.HashSetAsync(Quarantine, [.. Enumerable.Range(0, 3000).Select(i => Quarantined(Now.AddSeconds(-i), $"reason {i}"))]);
        var season = await ReadAsync();
        Assert.Equal((5_000_000, 5000, 500_000, 3000), (season.Loaded, season.Resumed, season.TimedOut, season.Quarantined));
        Assert.Equal(Enumerable.Range(0, 20).Select(i => Now.AddSeconds(-7 * i)), season.Latest.Select(game => game.At));
        Assert.Equal(20, season.Quarantine.Count);
        Assert.Equal(731, season.Heroes.Count);
    }

    [Fact]
    public async Task Newest_games_in_quarantine_are_read()
    {
        await Database.HashSetAsync(Quarantine, [.. Enumerable.Range(0, 200).Select(i => Quarantined(Now.AddSeconds(-i), $"reason {i}"))]);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"reason {i}"), (await ReadAsync()).Quarantine.Select(game => game.Reason));
    }

    [Fact]
    public async Task Key_of_another_type_counts_as_empty()
    {
        foreach (var key in Keys)
        {
            await Database.StringSetAsync(key, "in the way");
            await ReadAsync();
        }

        Assert.Equal(0, (await ReadAsync()).Loaded);
        await Database.KeyDeleteAsync(StatisticsKeys.Totals);
        await Database.HashSetAsync(StatisticsKeys.Totals, "loaded", 4);
        Assert.Equal(4, (await ReadAsync()).Loaded);
    }

    [Fact]
    public async Task Unreadable_entries_are_skipped()
    {
        RedisValue[] nonsense = ["", "-1", "9223372036854775808", "1.5", "many", "null", "{}", """{"game": null}""", new byte[] { 0xff, 0x22 }, """{"Reason": "\ud800"}"""];
        foreach (var key in Keys.Where(key => key != StatisticsKeys.Latest))
        {
            await Database.HashSetAsync(key, [.. nonsense.Select((value, i) => new HashEntry($"{i}", value)), .. nonsense.Select(name => new HashEntry(name, 1))]);
        }

        var (game, text) = (Season.Game(Now), $"{Season.Game(Now).ToJson()}");
        await Database.ListLeftPushAsync(
            StatisticsKeys.Latest,
            [.. nonsense, text.Replace("\"silo\":\"silo-2\",", "", StringComparison.Ordinal), text[..40], text.Replace("[{", "[null,{", StringComparison.Ordinal), game.ToJson()]);
        await Database.HashSetAsync(StatisticsKeys.Totals, [new("loaded", 4), new("resumed", "none"), new("timed_out", long.MaxValue)]);
        await Database.HashSetAsync(Quarantine, [Quarantined(Now, "reason")]);

        var season = await ReadAsync();
        Assert.Equal((4, 0, long.MaxValue), (season.Loaded, season.Resumed, season.TimedOut));
        Assert.Equal(game.Game, Assert.Single(season.Latest).Game);
        Assert.Equal("reason", Assert.Single(season.Quarantine).Reason);
        Assert.All(season.Heroes, hero => Assert.True(hero is { Games: >= 0, Wins: >= 0, Damage: >= 0 }));
    }

    private static HashEntry Quarantined(DateTimeOffset at, string reason) =>
        new($"{Guid.NewGuid()}", JsonSerializer.Serialize(new QuarantinedGame(Guid.NewGuid(), reason, null, "silo", at)));

    private Task<SeasonStatistics> ReadAsync() => new StatisticsReader(_redis.Connection).ReadAsync();
}
