using System.Globalization;
using System.Text.Json;
using Superhero.FaultInjection;
using Superhero.Tables.Files;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;
using Superhero.Tables.Query;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Hosting;

[Trait("Category", "Integration")]
public class CompactionTests
{
    // The first part exists and no commit names it; the first table is committed and the others are not; and the games' own files are gone.
    private static readonly FaultPoint[] Faults =
    [
        new(LogEvents.FileRenamed, Part: "/part-"), new(LogEvents.FileRenamed, Part: "GAME_META/_delta_log/"), new(LogEvents.Compacted, Part: "files removed"),
    ];

    [Fact]
    public async Task Cluster_compacts_the_games_that_it_has_loaded()
    {
        await using var cluster = await SiloCluster.StartAsync(
            2, ("CLEAN_ROUTINE", "yes"), ("REDIS_EXPIRY", "1"), ("SWEEP_INTERVAL", "1"), ("COMPACT_AFTER", "1"));
        var recording = Recording.Read("ordinary");
        await recording.LoadAsync(cluster.Redis.Database);
        await recording.PublishAsync(cluster.Redis.Connection.GetSubscriber());
        var games = recording.Games.Where(game => game.Completed).ToList();
        var store = LocalOutputStore.Open(cluster.Output);
        await UntilCompactedAsync(cluster, store);
        await AreOnceAsync(cluster, store, games.SelectMany(game => game.Rows()));
        using var http = new HttpClient();
        foreach (var silo in cluster.Silos)
        {
            JsonElement compaction = default;
            await Eventually.HoldsAsync(
                async () =>
                {
                    using var page = JsonDocument.Parse(await http.GetStringAsync(new Uri(await silo.Dashboard, "/statistics")));
                    compaction = page.RootElement.GetProperty("compaction").Clone();
                    return compaction.ValueKind == JsonValueKind.Object && compaction.GetProperty("waiting").GetInt64() == 0;
                },
                () => $"no game to wait: {compaction}");
            Assert.Equal(games.Count, compaction.GetProperty("compacted").GetInt32());
            Assert.InRange(compaction.GetProperty("at").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow);
        }

        Assert.Equal(games.Count, await cluster.MetricAsync("superhero_games_compacted_total"));
        Assert.Single((await cluster.MetricsAsync()).Split('\n'), line => line.StartsWith("superhero_games_single", StringComparison.Ordinal));
        Assert.Equal(0, await cluster.MetricAsync("superhero_games_single"));
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("s3")]
    [InlineData("az")]
    public async Task Another_silo_continues_after_the_death_of_the_one_that_compacts_while_games_end(string kind)
    {
        await using var server = kind == "folder" ? null : await BucketServer.StartAsync(kind);
        await using var cluster = SiloCluster.On(
            await RealRedis.StartAsync(),
            [
                ("CLEAN_ROUTINE", "yes"), ("REDIS_EXPIRY", "1"), ("SWEEP_INTERVAL", "1"), ("COMPACT_AFTER", "1"),
                .. server is null ? [] : server.Variables.Append(("OUTPUT_URI", server.Uri)),
            ]);
        var store = server?.Open() ?? LocalOutputStore.Open(cluster.Output);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

        // A bucket's store logs no steps.
        var faults = server is null ? Faults : Faults[^1..];

        // Only the first one runs when the compaction begins, so it compacts first.
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
        }

        if (faults.Length > 1)
        {
            cluster.Launch();
        }

        await enough.CancelAsync();
        var games = await playing;
        await UntilCompactedAsync(cluster, store);
        await AreOnceAsync(cluster, store, games.SelectMany(game => game.Rows), server?.Variables ?? []);
    }

    private static async Task UntilCompactedAsync(SiloCluster cluster, IOutputStore store)
    {
        await cluster.Redis.WaitUntilCleanedAsync(() => cluster.Log(cluster.Silos.Count));
        await Eventually.HoldsAsync(
            async () => !await TableSchema.OfGames.ToAsyncEnumerable().SelectMany(table => store.ListAsync(table.Folder)).AnyAsync(),
            () => $"no single game to be left; {cluster.Log(cluster.Silos.Count)}");
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
            string.Create(CultureInfo.InvariantCulture, $"^Games: {rows.Select(row => row.Game).Distinct().Count()}, files: [0-9]+(, parts that the log does not name: [0-9]+)?; all is well.\n$"),
            (await SiloCommand.RunAsync(cluster.Redis.Options, variables, "verify", "--output", $"{store}")).Output);
    }
}
