using System.Collections.Concurrent;
using System.Globalization;
using Superhero.Grains.Merge;
using Superhero.Grains.Statistics;
using Superhero.Tables.Compact;
using Superhero.Tables.Files;
using Superhero.Tables.Output;
using Superhero.Tables.Query;
using Superhero.Testing;

namespace Superhero.Grains.Tests.Merge;

[Trait("Category", "Integration")]
public sealed class MergeGrainTests : IAsyncLifetime
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly TemporaryFolder _output = new();
    private readonly ConcurrentQueue<LoggedEvent> _said = [];
    private readonly LogHook _logs;
    private RealRedis _redis = null!;

    public MergeGrainTests() => _logs = new LogHook(_said.Enqueue);

    public async ValueTask InitializeAsync() => _redis = await RealRedis.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        _logs.Dispose();
        _output.Dispose();
    }

    [Fact]
    public async Task What_ended_long_enough_ago_is_merged_and_what_did_not_waits()
    {
        await using var cluster = await StartAsync(TimeSpan.FromHours(1));
        var old = Recording.Read("ordinary").Games.Where(game => game.Completed).Take(5).ToList();
        foreach (var game in old)
        {
            await game.LoadAsync(_redis.Database);
            await cluster.FinishAsync(Guid.Parse(game.Token), leavingUser: null);
        }

        var young = await PlayAsync(cluster);
        await cluster.MergeAsync();
        await Eventually.HoldsAsync(async () => await StatisticAsync("at") > 0, Said);

        Assert.Equal((old.Count, 1, old.Count + 1), (await StatisticAsync("merged"), await StatisticAsync("waiting"), await StatisticAsync("loaded")));
        Assert.Equal([$"{young.Token}", $"{young.Token}"], Unmerged().Select(file => Path.GetFileName(file)[..36]));
        await HasRowsOnceAsync(old.SelectMany(game => game.Rows()).Concat(young.Rows));
        Assert.False(await _redis.Database.KeyExistsAsync(RedisMergeLease.LeaseKey(_output.Path)));
        Assert.False(await _redis.Database.KeyExistsAsync(RedisMergeLease.RecordKey(_output.Path)));
    }

    [Fact]
    public async Task Nothing_is_looked_for_while_no_game_is_loaded()
    {
        await using var cluster = await StartAsync(Second);
        await PlayAsync(cluster);
        await cluster.MergeAsync();
        await UntilMergedAsync(1);
        await UntilIdleAsync();

        var session = cluster.Profile();
        var before = await _redis.CallsAsync("hget");
        await Eventually.HoldsAsync(async () => await _redis.CallsAsync("hget") > before + 2, Said);
        Assert.Equal(["HGET"], session.FinishProfiling().Select(command => command.Command).Distinct());

        await PlayAsync(cluster);
        await UntilMergedAsync(2);
    }

    [Fact]
    public async Task Keys_of_other_types_hinder_nothing()
    {
        await _redis.Database.StringSetAsync(StatisticsKeys.Totals, "nonsense");
        await _redis.Database.StringSetAsync(StatisticsKeys.Merges, "nonsense");
        await using var cluster = await StartAsync(Second);
        List<MadeGame> games = [];
        await cluster.MergeAsync();
        for (var i = 0; i < 2; i++)
        {
            games.Add(await PlayAsync(cluster));
            await Eventually.HoldsAsync(() => Unmerged().Length == 0, Said);
        }

        await HasRowsOnceAsync(games.SelectMany(game => game.Rows));
        Assert.Equal("nonsense", await _redis.Database.StringGetAsync(StatisticsKeys.Merges));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("-1.5")]
    public async Task A_number_of_games_that_is_none_hinders_nothing(string loaded)
    {
        await using var cluster = await StartAsync(Second);
        await cluster.MergeAsync();
        await _redis.Database.HashSetAsync(StatisticsKeys.Totals, "loaded", loaded);
        await PlayAsync(cluster);
        await UntilMergedAsync(1);
        await _redis.Database.HashSetAsync(StatisticsKeys.Totals, "loaded", loaded);
        await PlayAsync(cluster);
        await UntilMergedAsync(2);
    }

    [Fact]
    public async Task Of_several_silos_one_merges()
    {
        await using var cluster = await StartAsync(Second, silos: 3);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => cluster.MergeAsync()));
        List<MadeGame> games = [];
        for (var i = 1; i <= 3; i++)
        {
            games.Add(await PlayAsync(cluster));
            await UntilMergedAsync(i);
            await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => cluster.MergeAsync()));
        }

        await HasRowsOnceAsync(games.SelectMany(game => game.Rows));
        Assert.DoesNotContain(_said, one => one.Id == LogEvents.MergeHeld);
    }

    [Fact]
    public async Task While_another_one_has_the_right_it_waits()
    {
        await _redis.Database.StringSetAsync(RedisMergeLease.LeaseKey(_output.Path), "compact@there 1");
        await using var cluster = await StartAsync(Second);
        var game = await PlayAsync(cluster);
        await cluster.MergeAsync();
        await Eventually.HoldsAsync(() => _said.Count(one => one.Id == LogEvents.MergeHeld && one.Values["Holder"] == "compact@there") > 1, Said);
        Assert.Equal(2, Unmerged().Length);
        await _redis.Database.KeyDeleteAsync(RedisMergeLease.LeaseKey(_output.Path));
        await UntilMergedAsync(1);
        await HasRowsOnceAsync(game.Rows);
    }

    [Fact]
    public async Task What_fails_is_said_counted_as_nothing_and_tried_again()
    {
        await using var cluster = await StartAsync(Second);
        var game = await PlayAsync(cluster);
        using (LocalOutputStore.Open(_output.Path).LockForMerging())
        {
            await cluster.MergeAsync();
            await Eventually.HoldsAsync(
                () => _said.Count(one => one.Id == LogEvents.MergeFailed && one.Values["Seconds"] == "1"
                    && one.Values["Reason"].Contains("another one may be merging", StringComparison.Ordinal)) > 1,
                Said);
            Assert.False(await _redis.Database.KeyExistsAsync(StatisticsKeys.Merges));
        }

        await UntilMergedAsync(1);
        await HasRowsOnceAsync(game.Rows);
    }

    [Fact]
    public async Task A_merge_that_a_silo_left_is_gone_on_with()
    {
        await using var cluster = await StartAsync(Second);
        var games = new[] { await PlayAsync(cluster), await PlayAsync(cluster) };
        var files = games.OrderBy(game => $"{game.Token}", StringComparer.Ordinal).Select(game => new GameFile(game.Token, "silo"));
        var plan = new MergePlan(new Partition(DateOnly.FromDateTime(DateTime.UtcNow)), [.. files.Select(file => (file, (byte)0b111))]);
        await _redis.Database.StringSetAsync(RedisMergeLease.RecordKey(_output.Path), plan.ToString());
        await cluster.MergeAsync();
        await UntilMergedAsync(2);
        Assert.Equal(
            [$"{plan.Name}.gz.parquet"],
            Directory.GetFiles(_output.Path, "part-*", SearchOption.AllDirectories).Select(Path.GetFileName).Distinct());
        await HasRowsOnceAsync(games.SelectMany(game => game.Rows));
    }

    private Task<GrainCluster> StartAsync(TimeSpan mergeAfter, int silos = 1) =>
        GrainCluster.StartAsync(_redis.Options, _output.Path, silos, logs: _logs, mergeAfter: mergeAfter);

    private async Task<MadeGame> PlayAsync(GrainCluster cluster)
    {
        var game = await new MadeGame(_redis.Database).PutAsync();
        await cluster.FinishAsync(game.Token);
        return game;
    }

    private async Task<long> StatisticAsync(string name) => (long)await _redis.Database.HashGetAsync(StatisticsKeys.Merges, name);

    private Task UntilMergedAsync(int games) => Eventually.HoldsAsync(
        async () => Unmerged().Length == 0 && await StatisticAsync("merged") == games, () => $"games merged: {games}; {Said()}");

    // The pass that merged may not be at its end, or a game have come after its beginning.
    private Task UntilIdleAsync() => Eventually.HoldsAsync(
        async () => await StatisticAsync("waiting") == 0 && await StatisticAsync("loaded") == (long)await _redis.Database.HashGetAsync(StatisticsKeys.Totals, "loaded")
            && !await _redis.Database.KeyExistsAsync(RedisMergeLease.LeaseKey(_output.Path)),
        Said);

    private string[] Unmerged() => Directory.GetFiles(_output.Path, $"????????-*{GameFile.Extension}", SearchOption.AllDirectories);

    private string Said() => string.Create(CultureInfo.InvariantCulture, $"{Unmerged().Length} files unmerged; {string.Join('\n', _said)}");

    private async Task HasRowsOnceAsync(IEnumerable<ExpectedRow> rows)
    {
        using var tables = await TableReader.OpenAsync(LocalOutputStore.Open(_output.Path), Period.Always, TestContext.Current.CancellationToken);
        Assert.Equal(rows.OrderBy(row => (row.Game, row.User)), tables.Rows());
    }
}
