using System.Net;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Hosting;

public class OutageTests
{
    private static readonly (string Name, string Value)[] Cleaning = [("CLEAN_ROUTINE", "yes"), ("REDIS_EXPIRY", "0")];

    [Fact]
    public async Task Redis_away_for_a_while_turns_health_red_and_the_messages_after_it_are_heard()
    {
        // So rare a sweep that what is done was heard.
        await using var cluster = SiloCluster.On(await RealRedis.StartDurable(), [.. Cleaning, ("SWEEP_INTERVAL", "3600")]);
        await Start(cluster, 2);
        var before = await new MadeGame(cluster.Redis.Database).Put();
        await cluster.Redis.Stop();
        await Red(cluster, "Redis at 127.0.0.1");
        await cluster.Redis.StartAgain();
        await Green(cluster);
        Assert.True(await before.IsUntouched());
        await Outcome.Finishes(before, cluster);
        await Outcome.Finishes(await new MadeGame(cluster.Redis.Database).Put(), cluster);
    }

    [Fact]
    public async Task Redis_away_keeps_no_silo_from_stopping()
    {
        await using var cluster = SiloCluster.On(await RealRedis.Start(), Cleaning);
        await Start(cluster, 1);
        await cluster.Redis.Stop();
        Assert.Equal(1, await cluster.Silos[0].Stop());
        Assert.Contains("what was in hand is left to the other silos", cluster.Log(1), StringComparison.Ordinal);
        await cluster.Redis.StartAgain();
    }

    [Fact]
    public async Task Redis_restarted_empty_gets_its_cluster_back_and_the_work_goes_on()
    {
        await using var cluster = SiloCluster.On(await RealRedis.Start(), [.. Cleaning, ("SWEEP_INTERVAL", "1")]);
        await Start(cluster, 3);
        await cluster.Redis.Stop();
        await cluster.Redis.StartAgain();
        await Eventually.Holds(
            () => Enumerable.Range(1, 3).Any(silo => cluster.Log(silo).Contains("The cluster's table is back, with 3 members", StringComparison.Ordinal)),
            () => $"the cluster's table to be back; {cluster.Log(1)}");
        await Green(cluster);
        await cluster.Listening(3);
        await Outcome.Finishes(await new MadeGame(cluster.Redis.Database).Put(), cluster);

        // One more joins the three, and one leaves; nobody takes anybody for dead.
        cluster.Launch();
        await cluster.Listening(4);
        Assert.Equal(0, await cluster.Silos[0].Stop());
        var games = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => new MadeGame(cluster.Redis.Database).Put()));
        await Task.WhenAll(games.Select(game => Outcome.Finishes(game, cluster)));
        Assert.All(cluster.Silos[1..], silo => Assert.False(silo.Process.HasExited));
        Assert.Equal(51, cluster.Files("GAME_PODIUM").Length);
    }

    [Fact]
    public async Task Redis_out_of_memory_turns_health_red_and_loses_nothing()
    {
        await using var cluster = SiloCluster.On(await RealRedis.Start(), [.. Cleaning, ("SWEEP_INTERVAL", "1")]);
        await Start(cluster, 1);
        var game = await new MadeGame(cluster.Redis.Database).Put(GameStatus.InProgress);
        await cluster.Redis.Database.StringSetAsync(game.Keys.Status, GameStatus.Completed);
        await cluster.Redis.Server.ConfigSetAsync("maxmemory", "1");
        await cluster.Announce(game.Keys.Token, MadeGame.User);
        await Red(cluster, "OOM");
        Assert.Empty(cluster.Files("GAME_META"));
        Assert.True(await game.IsUntouched());
        await cluster.Redis.Server.ConfigSetAsync("maxmemory", "0");
        await Green(cluster);
        await Outcome.IsDone(game, cluster);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_disk_that_is_full_or_read_only_turns_health_red_and_nothing_is_half_written(bool full)
    {
        using var disk = new SmallDisk();
        await using var cluster = SiloCluster.On(
            await RealRedis.Start(), [.. Cleaning, ("SWEEP_INTERVAL", "1"), ("OUTPUT_DIR", disk.Path)]);
        await Start(cluster, 1);
        Spoil(spoilt: true);
        await Red(cluster, full ? "No space left" : "Read-only");
        var games = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => new MadeGame(cluster.Redis.Database).Put()));
        foreach (var game in games)
        {
            await cluster.Announce(game.Keys.Token, MadeGame.User);
        }

        await Eventually.Holds(
            () => cluster.Log(1).Contains("left to the sweep", StringComparison.Ordinal), () => $"a failed game; {cluster.Log(1)}");
        Assert.Empty(cluster.Files("GAME_META"));
        Assert.True(await games[0].IsUntouched());
        Assert.False(await cluster.Redis.Database.KeyExistsAsync("superhero/quarantine"));

        Spoil(spoilt: false);
        await Green(cluster);
        await cluster.Redis.Cleaned(() => cluster.Log(1));
        Outcome.IsRight(games, cluster.Output);
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

    private static async Task Start(SiloCluster cluster, int silos)
    {
        await cluster.Launch(silos);
        await Green(cluster);
    }

    private static async Task Red(SiloCluster cluster, string reason)
    {
        for (var i = 0; i < cluster.Silos.Count; i++)
        {
            Assert.Contains(reason, await SiloCluster.Health(cluster.Silos[i], HttpStatusCode.ServiceUnavailable), StringComparison.Ordinal);
            var silo = i + 1;
            await Eventually.Holds(() => cluster.Log(silo).Contains("Not healthy", StringComparison.Ordinal), () => "the silo to say so");
        }
    }

    private static async Task Green(SiloCluster cluster)
    {
        foreach (var silo in cluster.Silos)
        {
            await SiloCluster.Health(silo, HttpStatusCode.OK);
        }
    }
}
