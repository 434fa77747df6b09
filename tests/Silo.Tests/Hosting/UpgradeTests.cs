using Superhero.Grains.Interfaces;
using Superhero.Grains.Ledger;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Hosting;

[Trait("Category", "Integration")]
public class UpgradeTests
{
    [Fact]
    public async Task New_silo_continues_where_one_of_the_previous_release_was_stopped()
    {
        var old = await PreviousRelease.BuildAsync();
        Assert.SkipWhen(old is null, "The repository's history does not go back to the previous release.");
        await using var cluster = SiloCluster.On(await RealRedis.StartAsync(), ClusterBase.Cleaning);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await cluster.LaunchAsync(1, old);
        var playing = cluster.PlayAsync(TimeSpan.FromMilliseconds(20), enough.Token);
        await WaitForGameAsync(cluster, 1);
        Assert.Equal(0, await cluster.StopAsync(cluster.Silos[0]));

        cluster.LaunchWithinProcess();
        await WaitForGameAsync(cluster, 2);
        await enough.CancelAsync();
        var games = await playing;
        await cluster.Redis.WaitUntilCleanedAsync(cluster.Describe);
        GameAssertions.HasRows(games, cluster.Output);
        Assert.Equal(games.Count, cluster.Files("GAME_META").Length);
        Assert.Equal(games.Count, cluster.Files("GAME_PODIUM").Length);
    }

    [Theory]
    [InlineData(1, GameOutcome.Loaded)]
    [InlineData(2, GameOutcome.Loaded)]
    [InlineData(3, GameOutcome.Quarantined)]
    public async Task Record_of_a_game_by_an_early_release_is_taken_over(int stage, GameOutcome outcome)
    {
        const string claimant = "an-old-silo";
        using var output = new TemporaryFolder();
        await using var redis = await RealRedis.StartAsync();
        await using var cluster = await GrainCluster.StartAsync(redis.Options, output.Path, expiry: TimeSpan.FromSeconds(1));
        var game = await new MadeGame(redis.Database).PutAsync();
        await redis.Database.HashSetAsync(
            RecordKey.Of(game.Token),
            [new("etag", "8d3fcabd28cc4ab5a89d8431b739d903"), new("data", RecordOf(stage, claimant))]);

        Assert.Equal(outcome, await cluster.FinishAsync(game.Token));
        Assert.Equal(outcome == GameOutcome.Quarantined, await redis.Database.KeyExistsAsync(game.Keys.Logs));
        if (outcome == GameOutcome.Quarantined)
        {
            Assert.Equal(GameOutcome.Loaded, await cluster.Grains.GetGrain<IGameGrain>(game.Token).Replay());
        }

        // A game that was loaded is not written again, so there is no file.
        var files = Directory.GetFiles(output.Path, "*.gz.parquet", SearchOption.AllDirectories).Select(Path.GetFileName);
        Assert.Equal(stage != 2 ? [$"{game.Token}_{claimant}.gz.parquet", $"{game.Token}_{claimant}.gz.parquet"] : [], files);
    }

    // The spelling of release 0.1.0.
    private static string RecordOf(int stage, string claimant) =>
        $$"""{"$id":"1","$type":"Superhero.Grains.Games.GameRecord, Superhero.Grains","Stage":{{stage}},"ClaimedBy":"{{claimant}}","ClaimedAt":"2026-11-25T22:16:04.8549452+00:00"}""";

    private static Task WaitForGameAsync(SiloCluster cluster, int silo) => Eventually.HoldsAsync(
        () => cluster.Files("GAME_PODIUM").Any(file => Path.GetFileName(file).EndsWith($"_silo-{silo}.gz.parquet", StringComparison.Ordinal)),
        () => $"a game of silo {silo}. {cluster.Describe()}");
}
