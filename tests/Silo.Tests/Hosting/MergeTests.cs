using System.Globalization;
using System.Text.Json;
using Superhero.FaultInjection;
using Superhero.Grains.Merge;
using Superhero.Grains.Statistics;
using Superhero.Tables.Files;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;
using Superhero.Tables.Query;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Hosting;

[Trait("Category", "Integration")]
public class MergeTests
{
    // The first part is there and the others are not; and the games' own files are gone, but the merge is still on record.
    private static readonly FaultPoint FirstPart = new(LogEvents.FileRenamed, Part: "/part-"), Removed = new(341, Part: "files removed");

    [Fact]
    public async Task The_cluster_merges_what_it_has_loaded_and_says_so()
    {
        await using var cluster = await SiloCluster.StartAsync(
            2, ("CLEAN_ROUTINE", "yes"), ("REDIS_EXPIRY", "1"), ("SWEEP_INTERVAL", "1"), ("MERGE_AFTER", "1"));
        var recording = Recording.Read("ordinary");
        await recording.LoadAsync(cluster.Redis.Database);
        await recording.PublishAsync(cluster.Redis.Connection.GetSubscriber());
        var games = recording.Games.Where(game => game.Completed).ToList();
        await UntilMergedAsync(cluster, games.Count);

        var store = LocalOutputStore.Open(cluster.Output);
        await AreOnceAsync(cluster, store, games.SelectMany(game => game.Rows()));
        using var http = new HttpClient();
        foreach (var silo in cluster.Silos)
        {
            JsonElement merges = default;
            await Eventually.HoldsAsync(
                async () =>
                {
                    using var page = JsonDocument.Parse(await http.GetStringAsync(new Uri(await silo.Dashboard, "/statistics")));
                    merges = page.RootElement.GetProperty("merges").Clone();
                    return merges.ValueKind == JsonValueKind.Object && merges.GetProperty("waiting").GetInt64() == 0;
                },
                () => $"no game to wait: {merges}");
            Assert.Equal(games.Count, merges.GetProperty("merged").GetInt32());
            Assert.InRange(merges.GetProperty("at").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow);
        }

        Assert.Equal(games.Count, await cluster.MetricAsync("superhero_games_merged_total"));
        Assert.Single((await cluster.MetricsAsync()).Split('\n'), line => line.StartsWith("superhero_games_unmerged", StringComparison.Ordinal));
        Assert.Equal(0, await cluster.MetricAsync("superhero_games_unmerged"));
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("s3")]
    [InlineData("az")]
    public async Task Another_silo_goes_on_with_the_merge_of_one_that_died_while_games_end(string kind)
    {
        await using var server = kind == "folder" ? null : await BucketServer.StartAsync(kind);
        await using var cluster = SiloCluster.On(
            await RealRedis.StartAsync(),
            [
                ("CLEAN_ROUTINE", "yes"), ("REDIS_EXPIRY", "1"), ("SWEEP_INTERVAL", "1"), ("MERGE_AFTER", "1"),
                .. server is null ? [] : server.Variables.Append(("OUTPUT_URI", server.Uri)),
            ]);
        var store = server?.Open() ?? LocalOutputStore.Open(cluster.Output);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        FaultPoint[] faults = server is null ? [FirstPart, Removed] : [Removed];

        // The first one is alone when the merging begins, and so has it.
        foreach (var fault in faults)
        {
            cluster.Launch(typeof(FaultPoint).Assembly.Location, fault.ToVariables());
            await cluster.WaitUntilListeningAsync(cluster.Silos.Count);
        }

        if (faults.Length == 1)
        {
            cluster.Launch();
            await cluster.WaitUntilListeningAsync(2);
        }

        var playing = cluster.PlayAsync(TimeSpan.FromMilliseconds(250), enough.Token);
        for (var i = 0; i < faults.Length; i++)
        {
            await Eventually.HoldsAsync(() => cluster.Silos[i].Process.HasExited, () => $"silo-{i + 1} to die at {faults[i]}; it says: {cluster.Log(i + 1)}");
            Assert.Single(cluster.Redis.Server.Keys(pattern: "superhero/merge/record/*"));
        }

        if (faults.Length > 1)
        {
            cluster.Launch();
        }

        await Eventually.HoldsAsync(
            async () => !await cluster.Redis.Database.KeyExistsAsync(RedisMergeLease.RecordKey($"{store}")),
            () => $"another silo to go on; it says: {cluster.Log(cluster.Silos.Count)}");
        await enough.CancelAsync();
        var games = await playing;
        await UntilMergedAsync(cluster, games.Count);
        await AreOnceAsync(cluster, store, games.SelectMany(game => game.Rows), server?.Variables ?? []);
    }

    private static async Task UntilMergedAsync(SiloCluster cluster, int games)
    {
        await cluster.Redis.WaitUntilCleanedAsync(() => cluster.Log(cluster.Silos.Count));
        await Eventually.HoldsAsync(
            async () => (int)await cluster.Redis.Database.HashGetAsync(StatisticsKeys.Merges, "merged") >= games,
            () => $"games merged: {games}; {cluster.Log(cluster.Silos.Count)}");
        Assert.Equal(games, (int)await cluster.Redis.Database.HashGetAsync(StatisticsKeys.Merges, "merged"));
        await Eventually.HoldsAsync(
            () => !cluster.Redis.Server.Keys(pattern: "superhero/merge/*").Any(),
            () => $"no key to be left of merging, as there is {string.Join(", ", cluster.Redis.Server.Keys(pattern: "superhero/merge/*"))}");
    }

    // No file of a single game is left, and the parts have every game once.
    private static async Task AreOnceAsync(
        SiloCluster cluster, IOutputStore store, IEnumerable<ExpectedRow> expected, params (string Name, string Value)[] variables)
    {
        var rows = expected.OrderBy(row => (row.Game, row.User)).ToList();
        foreach (var table in TableSchema.OfGames)
        {
            Assert.Empty(await store.ListAsync(table.Folder).ToListAsync(TestContext.Current.CancellationToken));
        }

        using var tables = await TableReader.OpenAsync(store, Period.Always, TestContext.Current.CancellationToken);
        Assert.Equal(rows, tables.Rows());
        Assert.Matches(
            string.Create(CultureInfo.InvariantCulture, $"^Games: {rows.Select(row => row.Game).Distinct().Count()}, files: [0-9]+; all is well.\n$"),
            (await SiloCommand.RunAsync(cluster.Redis.Options, variables, "verify", "--output", $"{store}")).Output);
    }
}
