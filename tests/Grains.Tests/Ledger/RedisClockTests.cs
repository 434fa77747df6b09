using System.Globalization;
using StackExchange.Redis;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Ledger;
using Superhero.Grains.Statistics;
using Superhero.Testing;

namespace Superhero.Grains.Tests.Ledger;

/// <summary>Redis' clock decides holds, retries and statistics, and no wait is longer than its bound.</summary>
[Trait("Category", "Integration")]
public sealed class RedisClockTests : IAsyncLifetime
{
    private static readonly TimeSpan ThreeHours = TimeSpan.FromHours(3);

    private readonly TemporaryFolder _output = new();
    private RealRedis _redis = null!;
    private MadeGame _game = null!;

    public async ValueTask InitializeAsync()
    {
        _redis = await RealRedis.StartAsync();
        _game = await new MadeGame(_redis.Database).PutAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        _output.Dispose();
    }

    [Fact]
    public async Task Hold_that_lies_hours_ahead_ends_after_its_bound()
    {
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path, hold: TimeSpan.FromSeconds(3));
        await ClaimAsync(new("attempted_by", "10.1.2.3:7@1"), new("attempted_at", await MillisecondsAsync(ThreeHours)));
        Assert.Equal(GameOutcome.Waiting, await cluster.FinishAsync(_game.Token));
        await Eventually.HoldsAsync(async () => await cluster.FinishAsync(_game.Token) == GameOutcome.Loaded, () => "the hold to end");
    }

    [Fact]
    public async Task Retry_that_lies_hours_ahead_is_brought_to_its_bound_once()
    {
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path);
        await ClaimAsync(new HashEntry("retry_at", await MillisecondsAsync(ThreeHours)));
        Assert.Equal(GameOutcome.Waiting, await cluster.FinishAsync(_game.Token));
        var bounded = (long)await _redis.Database.HashGetAsync(RecordKey.Of(_game.Token), "retry_at");
        Assert.InRange(bounded, 1, await MillisecondsAsync(TimeSpan.FromMinutes(1)));

        Assert.Equal(GameOutcome.Waiting, await cluster.FinishAsync(_game.Token));
        Assert.Equal(bounded, (long)await _redis.Database.HashGetAsync(RecordKey.Of(_game.Token), "retry_at"));
        await _redis.Database.HashSetAsync(RecordKey.Of(_game.Token), "retry_at", await MillisecondsAsync(TimeSpan.Zero));
        Assert.Equal(GameOutcome.Loaded, await cluster.FinishAsync(_game.Token));
    }

    [Fact]
    public async Task Times_of_a_claim_are_of_Redis_clock_and_can_be_read_by_0_3_0()
    {
        var before = await TimeAsync();
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path, clean: false);
        Assert.Equal(GameOutcome.Loaded, await cluster.FinishAsync(_game.Token));
        var written = (string)(await _redis.Database.HashGetAsync(RecordKey.Of(_game.Token), "claimed_at"))!;
        Assert.Matches("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{6}Z$", written);
        var claimed = DateTimeOffset.Parse(written, CultureInfo.InvariantCulture);
        var loaded = LoadedGame.FromJson(await _redis.Database.ListGetByIndexAsync(StatisticsKeys.Latest, 0));
        Assert.InRange(claimed, before, loaded.At);
        Assert.InRange(loaded.At, claimed, await TimeAsync());
        Assert.Equal(claimed, loaded.ClaimedAt);
    }

    [Fact]
    public async Task Statistics_of_the_future_push_out_no_history_and_are_removed()
    {
        var now = await TimeAsync();
        var minute = now.ToUnixTimeSeconds() / 60;
        string[] days = [.. Enumerable.Range(1, 399).Select(ago => $"{now.AddDays(-ago):yyyy-MM-dd}")];
        RedisValue[] minutes = [.. Enumerable.Range(5, 55).Select(ago => (RedisValue)(minute - ago))];
        await FillAsync(StatisticsKeys.Days, [.. days.Select(day => (RedisValue)day), $"{now.AddYears(2):yyyy-MM-dd}"]);
        await FillAsync(StatisticsKeys.Minutes, [.. minutes, minute + 1_000_000]);
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path);
        Assert.Equal(GameOutcome.Loaded, await cluster.FinishAsync(_game.Token));

        var daysLeft = await _redis.Database.HashKeysAsync(StatisticsKeys.Days);
        Assert.Equal(400, daysLeft.Length);
        Assert.Empty(days.Except(daysLeft.Select(day => $"{day}")));
        var minutesLeft = await _redis.Database.HashKeysAsync(StatisticsKeys.Minutes);
        Assert.Equal(56, minutesLeft.Length);
        Assert.Empty(minutes.Except(minutesLeft));
    }

    [Fact]
    public async Task Statistics_keep_the_newest_400_days()
    {
        var now = await TimeAsync();
        await FillAsync(StatisticsKeys.Days, [.. Enumerable.Range(10, 450).Select(ago => (RedisValue)$"{now.AddDays(-ago):yyyy-MM-dd}")]);
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path);
        Assert.Equal(GameOutcome.Loaded, await cluster.FinishAsync(_game.Token));
        var left = (await _redis.Database.HashKeysAsync(StatisticsKeys.Days)).Select(day => $"{day}").Order(StringComparer.Ordinal).ToList();
        Assert.Equal(400, left.Count);
        Assert.Equal($"{now.AddDays(-10 - 398):yyyy-MM-dd}", left[0]);
    }

    [Fact]
    public async Task Every_day_of_the_century_is_named_as_the_calendar_has_it()
    {
        using var reader = new StreamReader(typeof(GameLedger).Assembly.GetManifestResourceStream("common.lua")!);
        var script = await reader.ReadToEndAsync(TestContext.Current.CancellationToken)
            + "local days = {} for i = 1, tonumber(ARGV[1]) do days[i] = day_of((i - 1) * 86400) end return days";
        var first = new DateOnly(1970, 1, 1);
        var count = new DateOnly(2100, 1, 1).DayNumber - first.DayNumber;
        var days = (string[])(await _redis.Database.ScriptEvaluateAsync(script, [], [count]))!;
        Assert.Equal(Enumerable.Range(0, count).Select(i => $"{first.AddDays(i):yyyy-MM-dd}"), days);
    }

    private Task FillAsync(RedisKey key, RedisValue[] fields) => _redis.Database.HashSetAsync(key, [.. fields.Select(field => new HashEntry(field, 7))]);

    private Task ClaimAsync(params HashEntry[] fields) => _redis.Database.HashSetAsync(
        RecordKey.Of(_game.Token),
        [new("stage", "Claimed"), new("attempt", 1), new("claimed_by", "another"), new("claimed_at", "2026-05-04T12:00:00.0000000+00:00"), .. fields]);

    private async Task<DateTimeOffset> TimeAsync() => await _redis.Server.TimeAsync();

    private async Task<long> MillisecondsAsync(TimeSpan ahead) => (await TimeAsync() + ahead).ToUnixTimeMilliseconds();
}
