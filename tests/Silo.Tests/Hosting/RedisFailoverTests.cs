using System.Globalization;
using System.Net;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Hosting;

/// <summary>Another Redis takes over from the one that the silos are connected to.</summary>
[Trait("Category", "Integration")]
public class RedisFailoverTests
{
    private static readonly (string Name, string Value)[] Cleaning = [("CLEAN_ROUTINE", "yes"), ("REDIS_EXPIRY", "0"), ("SWEEP_INTERVAL", "2")];

    [Fact]
    public async Task Connections_that_a_forwarder_keeps_to_one_that_is_a_replica_now_are_made_anew()
    {
        await using var old = await RealRedis.StartAsync();
        await using var cluster = SiloCluster.On(await RealRedis.StartAsync(), Cleaning);
        using var proxy = new ForgetfulProxy(old.Options.Port);
        await cluster.Redis.Server.ReplicaOfAsync(new IPEndPoint(IPAddress.Loopback, old.Options.Port));
        for (var i = 0; i < 2; i++)
        {
            await SiloCluster.WaitForHealthAsync(cluster.Launch(("REDIS_PORT", proxy.Port.ToString(CultureInfo.InvariantCulture))), HttpStatusCode.OK);
        }

        // All that the silos have written is there.
        await Eventually.HoldsAsync(
            async () => (await old.Database.ExecuteAsync("WAIT", 1, 100)).ToString() == "1", () => "the replica to have all");
        await cluster.Redis.Server.MakePrimaryAsync(StackExchange.Redis.ReplicationChangeOptions.None);
        await old.Server.ReplicaOfAsync(new IPEndPoint(IPAddress.Loopback, cluster.Redis.Options.Port));
        proxy.Server = cluster.Redis.Options.Port;
        await cluster.WaitUntilListeningAsync(2);
        await DoesGamesAsync(cluster);
        await AreWellAsync(cluster);
    }

    [Fact]
    public async Task Sentinels_say_which_one_it_is_whether_it_was_told_to_go_or_killed()
    {
        await using var cluster = SiloCluster.On(await RealRedis.StartWatchedAsync(), Cleaning);
        await cluster.LaunchAsync(2);
        await DoesGamesAsync(cluster);
        await cluster.Redis.FailOverAsync();
        await AreWellAsync(cluster);
        await DoesGamesAsync(cluster);
        await cluster.Redis.StopAsync();
        await cluster.Redis.WaitForMasterAsync();
        await cluster.Redis.StartAgainAsync();
        await AreWellAsync(cluster);
        await DoesGamesAsync(cluster);
        Assert.Equal(30, cluster.Files("GAME_PODIUM").Length);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("of their own")]
    public async Task Sentinels_may_have_another_password_than_Redis_or_none(string? password)
    {
        await using var redis = await RealRedis.StartWatchedAloneAsync("secret", password);
        Assert.True(await redis.Database.StringSetAsync("key", "value"));
    }

    [Fact]
    public async Task A_silo_waits_for_sentinels_that_are_not_there()
    {
        await using var cluster = SiloCluster.On(await RealRedis.StartAsync(), Cleaning);
        cluster.Launch(("REDIS_HOST", $"127.0.0.1:{Ports.Free()},127.0.0.1:{Ports.Free()}"), ("REDIS_SENTINEL", "superhero"));
        await Eventually.HoldsAsync(
            () => cluster.Log(1).Contains("Redis at superhero/0 of the sentinels 127.0.0.1:", StringComparison.Ordinal) && cluster.Log(1).Contains("next try in", StringComparison.Ordinal),
            () => cluster.Log(1));
    }

    private static async Task AreWellAsync(SiloCluster cluster)
    {
        foreach (var silo in cluster.Silos)
        {
            await SiloCluster.WaitForHealthAsync(silo, HttpStatusCode.OK);
        }
    }

    private static async Task DoesGamesAsync(SiloCluster cluster)
    {
        for (var i = 0; i < 10; i++)
        {
            await GameAssertions.IsProcessedOnceAnnouncedAsync(await new MadeGame(cluster.Redis.Database).PutAsync(), cluster);
        }
    }
}
