using Superhero.Grains.Interfaces;
using Superhero.Grains.Ledger;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Hosting;

[Trait("Category", "Integration")]
public class UpgradeTests
{
    [Fact]
    public async Task New_silos_go_on_where_the_old_ones_were_stopped()
    {
        var old = await PreviousRelease.BuildAsync();
        Assert.SkipWhen(old is null, "The repository's history does not go back to the previous release.");
        await using var cluster = SiloCluster.On(
            await RealRedis.StartAsync(), ("CLEAN_ROUTINE", "yes"), ("REDIS_EXPIRY", "1"), ("SWEEP_INTERVAL", "1"));
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        cluster.Launch(old);
        await cluster.WaitUntilListeningAsync(1);
        var playing = cluster.PlayAsync(TimeSpan.FromMilliseconds(20), enough.Token);
        await WorksAsync(cluster, 1);
        Assert.Equal(0, await cluster.Silos[0].StopAsync());

        cluster.Launch();
        await WorksAsync(cluster, 2);
        await enough.CancelAsync();
        var games = await playing;
        await cluster.Redis.WaitUntilCleanedAsync(() => cluster.Log(2));
        GameAssertions.HasRows(games, cluster.Output);
        Assert.Equal(games.Count, cluster.Files("GAME_META").Length);
        Assert.Equal(games.Count, cluster.Files("GAME_PODIUM").Length);
    }

    [Theory]
    [InlineData(1, GameOutcome.Loaded)]
    [InlineData(2, GameOutcome.Loaded)]
    [InlineData(3, GameOutcome.Quarantined)]
    public async Task What_the_previous_release_recorded_of_a_game_is_gone_on_from(int stage, GameOutcome outcome)
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

        // What was loaded already is not written again, so here there is no file.
        var files = Directory.GetFiles(output.Path, "*.gz.parquet", SearchOption.AllDirectories).Select(Path.GetFileName);
        Assert.Equal(stage != 2 ? [$"{game.Token}_{claimant}.gz.parquet", $"{game.Token}_{claimant}.gz.parquet"] : [], files);
    }

    // As 0.1.0 spelled it.
    private static string RecordOf(int stage, string claimant) =>
        $$"""{"$id":"1","$type":"Superhero.Grains.Games.GameRecord, Superhero.Grains","Stage":{{stage}},"ClaimedBy":"{{claimant}}","ClaimedAt":"2026-11-25T22:16:04.8549452+00:00"}""";

    // Works on until the silo has done a game.
    private static Task WorksAsync(SiloCluster cluster, int silo) => Eventually.HoldsAsync(
        () => cluster.Files("GAME_PODIUM").Any(file => Path.GetFileName(file).EndsWith($"_silo-{silo}.gz.parquet", StringComparison.Ordinal)),
        () => $"a game by silo {silo}, which says: {cluster.Log(silo)}");
}
