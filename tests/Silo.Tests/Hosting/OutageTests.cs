using System.Net;
using Superhero.FaultInjection;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Hosting;

[Trait("Category", "Integration")]
public class OutageTests
{
    private static readonly (string Name, string Value)[] Cleaning = [("CLEAN_ROUTINE", "yes"), ("REDIS_EXPIRY", "0")];

    [Fact]
    public async Task Redis_away_for_a_while_turns_health_red_and_the_messages_after_it_are_heard()
    {
        // So rare a sweep that what is done was heard.
        await using var cluster = SiloCluster.On(await RealRedis.StartDurableAsync(), [.. Cleaning, ("SWEEP_INTERVAL", "3600")]);
        await StartAsync(cluster, 2);
        var before = await new MadeGame(cluster.Redis.Database).PutAsync();
        await cluster.Redis.StopAsync();
        await RedAsync(cluster, "Redis at 127.0.0.1");
        await cluster.Redis.StartAgainAsync();
        await GreenAsync(cluster);
        Assert.True(await before.IsUntouchedAsync());
        await GameAssertions.IsProcessedOnceAnnouncedAsync(before, cluster);
        await GameAssertions.IsProcessedOnceAnnouncedAsync(await new MadeGame(cluster.Redis.Database).PutAsync(), cluster);
    }

    [Fact]
    public async Task Redis_away_keeps_no_silo_from_stopping()
    {
        await using var cluster = SiloCluster.On(await RealRedis.StartAsync(), Cleaning);
        await StartAsync(cluster, 1);
        await cluster.Redis.StopAsync();
        Assert.Equal(1, await cluster.Silos[0].StopAsync());
        Assert.Matches("within 1[0-9] seconds, and ends now; what was in hand is left to the other silos", cluster.Log(1));
        await cluster.Redis.StartAgainAsync();
    }

    [Fact]
    public async Task Redis_restarted_empty_gets_its_cluster_back_and_the_work_goes_on()
    {
        await using var cluster = SiloCluster.On(await RealRedis.StartAsync(), [.. Cleaning, ("SWEEP_INTERVAL", "1")]);
        await StartAsync(cluster, 3);
        await cluster.Redis.StopAsync();
        await cluster.Redis.StartAgainAsync();
        await Eventually.HoldsAsync(
            () => Enumerable.Range(1, 3).Any(silo => cluster.Log(silo).Contains("The cluster's table is back; members: 3", StringComparison.Ordinal)),
            () => $"the cluster's table to be back; {cluster.Log(1)}");
        await GreenAsync(cluster);
        await cluster.WaitUntilListeningAsync(3);
        await GameAssertions.IsProcessedOnceAnnouncedAsync(await new MadeGame(cluster.Redis.Database).PutAsync(), cluster);

        // One more joins the three, and one leaves; nobody takes anybody for dead.
        cluster.Launch();
        await cluster.WaitUntilListeningAsync(4);
        Assert.Equal(0, await cluster.Silos[0].StopAsync());
        var games = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => new MadeGame(cluster.Redis.Database).PutAsync()));
        await Task.WhenAll(games.Select(game => GameAssertions.IsProcessedOnceAnnouncedAsync(game, cluster)));
        Assert.All(cluster.Silos[1..], silo => Assert.False(silo.Process.HasExited));
        Assert.Equal(51, cluster.Files("GAME_PODIUM").Length);
    }

    [Fact]
    public async Task Redis_out_of_memory_turns_health_red_and_loses_nothing()
    {
        await using var cluster = SiloCluster.On(await RealRedis.StartAsync(), [.. Cleaning, ("SWEEP_INTERVAL", "1")]);
        await StartAsync(cluster, 1);
        var game = await new MadeGame(cluster.Redis.Database).PutAsync(GameStatus.InProgress);
        await cluster.Redis.Database.StringSetAsync(game.Keys.Status, GameStatus.Completed);
        await cluster.Redis.Server.ConfigSetAsync("maxmemory", "1");
        await cluster.AnnounceAsync(game.Keys.Token, MadeGame.User);
        await RedAsync(cluster, "OOM");
        Assert.Empty(cluster.Files("GAME_META"));
        Assert.True(await game.IsUntouchedAsync());
        await cluster.Redis.Server.ConfigSetAsync("maxmemory", "0");
        await GreenAsync(cluster);
        await GameAssertions.IsProcessedAsync(game, cluster);
    }

    [Fact]
    public async Task Games_that_fail_turn_health_yellow_and_are_counted_by_cause()
    {
        await using var cluster = SiloCluster.On(await RealRedis.StartAsync(), Cleaning);
        var silo = cluster.Launch(
            typeof(FaultPoint).Assembly.Location, (FaultPoint.StepVariable, "LogFlushed"), (FaultPoint.FailureVariable, typeof(IOException).AssemblyQualifiedName!));
        await cluster.WaitUntilListeningAsync(1);
        var game = await new MadeGame(cluster.Redis.Database).PutAsync();
        await cluster.AnnounceAsync(game.Keys.Token, MadeGame.User);
        await Eventually.HoldsAsync(
            async () => await SiloCluster.WaitForHealthAsync(silo, HttpStatusCode.OK) is var health
                && health.Contains("Degraded", StringComparison.Ordinal) && health.Contains("made to fail", StringComparison.Ordinal),
            () => "a yellow light");
        Assert.InRange(await cluster.MetricAsync("superhero_failures_total", "cause=\"output\""), 1, 5);
        Assert.True(await game.IsUntouchedAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_disk_that_is_full_or_read_only_turns_health_red_and_nothing_is_half_written(bool full)
    {
        using var disk = new SmallDisk();
        await using var cluster = SiloCluster.On(
            await RealRedis.StartAsync(), [.. Cleaning, ("SWEEP_INTERVAL", "1"), ("OUTPUT_DIR", disk.Path)]);
        await StartAsync(cluster, 1);
        Spoil(spoilt: true);
        await RedAsync(cluster, full ? "No space left" : "Read-only");
        var games = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => new MadeGame(cluster.Redis.Database).PutAsync()));
        foreach (var game in games)
        {
            await cluster.AnnounceAsync(game.Keys.Token, MadeGame.User);
        }

        // No game is claimed that could not be written, by a message or by the sweep.
        await cluster.Redis.WaitForPassesAsync(3);
        Assert.Empty(cluster.Redis.Server.Keys(pattern: "superhero/record/*"));
        Assert.Empty(cluster.Files("GAME_META"));
        Assert.True(await games[0].IsUntouchedAsync());
        Assert.False(await cluster.Redis.Database.KeyExistsAsync("superhero/quarantine"));

        Spoil(spoilt: false);
        await GreenAsync(cluster);
        await cluster.Redis.WaitUntilCleanedAsync(() => cluster.Log(1));
        GameAssertions.HasRows(games, cluster.Output);
        Assert.Empty(cluster.TemporaryFiles());

        void Spoil(bool spoilt)
        {
            if (!full)
            {
                disk.Remount(readOnly: spoilt);
            }
            else if (spoilt)
            {
                disk.Fill();
            }
            else
            {
                disk.Empty();
            }
        }
    }

    private static async Task StartAsync(SiloCluster cluster, int silos)
    {
        await cluster.LaunchAsync(silos);
        await GreenAsync(cluster);
    }

    private static async Task RedAsync(SiloCluster cluster, string reason)
    {
        for (var i = 0; i < cluster.Silos.Count; i++)
        {
            Assert.Contains(reason, await SiloCluster.WaitForHealthAsync(cluster.Silos[i], HttpStatusCode.ServiceUnavailable), StringComparison.Ordinal);
            var silo = i + 1;
            await Eventually.HoldsAsync(() => cluster.Log(silo).Contains("Not healthy", StringComparison.Ordinal), () => "the silo to say so");
        }
    }

    private static async Task GreenAsync(SiloCluster cluster)
    {
        foreach (var silo in cluster.Silos)
        {
            await SiloCluster.WaitForHealthAsync(silo, HttpStatusCode.OK);
        }
    }
}
