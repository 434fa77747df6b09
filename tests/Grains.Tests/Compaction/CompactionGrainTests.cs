using System.Globalization;
using Superhero.Grains.Statistics;
using Superhero.Tables.Files;
using Superhero.Tables.Output;
using Superhero.Tables.Query;
using Superhero.Testing;

namespace Superhero.Grains.Tests.Compaction;

[Trait("Category", "Integration")]
public sealed class CompactionGrainTests : IAsyncLifetime
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly TemporaryFolder _output = new();
    private RealRedis _redis = null!;
    private GrainCluster? _cluster;

    public async ValueTask InitializeAsync() => _redis = await RealRedis.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        _output.Dispose();
    }

    [Fact]
    public async Task Games_that_ended_long_enough_ago_are_compacted_and_later_ones_wait()
    {
        await using var cluster = await StartAsync(TimeSpan.FromHours(1));
        var old = Recording.Read("ordinary").Games.Where(game => game.Completed).Take(5).ToList();
        foreach (var game in old)
        {
            await game.LoadAsync(_redis.Database);
            await cluster.FinishAsync(Guid.Parse(game.Token), leavingUser: null);
        }

        var young = await PlayAsync(cluster);
        await cluster.CompactAsync();
        await Eventually.HoldsAsync(async () => await StatisticAsync("at") > 0, Said);

        Assert.Equal((old.Count, 1, old.Count + 1), (await StatisticAsync("compacted"), await StatisticAsync("waiting"), await StatisticAsync("loaded")));
        Assert.Equal([$"{young.Token}", $"{young.Token}"], Single().Select(file => Path.GetFileName(file)[..36]));
        await HasRowsOnceAsync(old.SelectMany(game => game.Rows()).Concat(young.Rows));
    }

    [Fact]
    public async Task Files_that_are_written_again_after_compaction_are_removed_although_no_game_was_loaded()
    {
        await using var cluster = await StartAsync(Second);
        var game = await PlayAsync(cluster);
        var files = Single().ToDictionary(path => path, File.ReadAllBytes);
        await cluster.CompactAsync();
        await UntilCompactedAsync(1);
        foreach (var (path, content) in files)
        {
            await File.WriteAllBytesAsync(path, content, TestContext.Current.CancellationToken);
        }

        await Eventually.HoldsAsync(() => Single().Length == 0, Said);
        await HasRowsOnceAsync(game.Rows);
    }

    [Fact]
    public async Task Keys_of_other_types_do_not_stop_compaction()
    {
        await _redis.Database.StringSetAsync(StatisticsKeys.Totals, "nonsense");
        await _redis.Database.StringSetAsync(StatisticsKeys.Compaction, "nonsense");
        await using var cluster = await StartAsync(Second);
        List<MadeGame> games = [];
        await cluster.CompactAsync();
        for (var i = 0; i < 2; i++)
        {
            games.Add(await PlayAsync(cluster));
            await Eventually.HoldsAsync(() => Single().Length == 0, Said);
        }

        await HasRowsOnceAsync(games.SelectMany(game => game.Rows));
        Assert.Equal("nonsense", await _redis.Database.StringGetAsync(StatisticsKeys.Compaction));
    }

    [Fact]
    public async Task Several_silos_compact_each_game_once()
    {
        await using var cluster = await StartAsync(Second, silos: 3);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => cluster.CompactAsync()));
        List<MadeGame> games = [];
        for (var i = 1; i <= 3; i++)
        {
            games.Add(await PlayAsync(cluster));
            await UntilCompactedAsync(i);
            await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => cluster.CompactAsync()));
        }

        await HasRowsOnceAsync(games.SelectMany(game => game.Rows));
    }

    [Fact]
    public async Task Failure_is_logged_and_retried()
    {
        await using var cluster = await StartAsync(Second);
        var game = await PlayAsync(cluster);
        var inTheWay = Path.Combine(_output.Path, "superhero", "delta");
        await File.WriteAllTextAsync(inTheWay, "", TestContext.Current.CancellationToken);
        await cluster.CompactAsync();
        await Eventually.HoldsAsync(() => cluster.Log.Of(LogEvents.CompactionFailed).Count > 1, Said);
        Assert.All(cluster.Log.Of(LogEvents.CompactionFailed), failure => Assert.Equal("1", failure.Values["Seconds"]));
        Assert.Equal(2, Single().Length);
        File.Delete(inTheWay);
        await UntilCompactedAsync(1);
        await HasRowsOnceAsync(game.Rows);
    }

    private async Task<GrainCluster> StartAsync(TimeSpan compactAfter, int silos = 1) =>
        _cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path, silos, compactAfter: compactAfter);

    private async Task<MadeGame> PlayAsync(GrainCluster cluster)
    {
        var game = await new MadeGame(_redis.Database).PutAsync();
        await cluster.FinishAsync(game.Token);
        return game;
    }

    private async Task<long> StatisticAsync(string name) => (long)await _redis.Database.HashGetAsync(StatisticsKeys.Compaction, name);

    private Task UntilCompactedAsync(int games) => Eventually.HoldsAsync(
        async () => Single().Length == 0 && await StatisticAsync("compacted") == games, () => $"games compacted: {games}; {Said()}");

    private string[] Single() => Directory.GetFiles(_output.Path, $"????????-*{GameFile.Extension}", SearchOption.AllDirectories);

    private string Said() => string.Create(CultureInfo.InvariantCulture, $"{Single().Length} single files; {_cluster?.Log.Describe()}");

    private async Task HasRowsOnceAsync(IEnumerable<ExpectedRow> rows)
    {
        using var tables = await TableReader.OpenAsync(LocalOutputStore.Open(_output.Path), Period.Always, TestContext.Current.CancellationToken);
        Assert.Equal(rows.OrderBy(row => (row.Game, row.User)), tables.Rows());
    }
}
