using System.Net;
using StackExchange.Redis;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Hosting;

/// <summary>Another Redis takes over from the one to which the silos are connected.</summary>
[Trait("Category", "Integration")]
public class RedisFailoverTests
{
    [Fact]
    public async Task Silos_connect_anew_if_a_forwarder_keeps_their_connections_to_a_former_master()
    {
        await using var old = await RealRedis.StartAsync();
        using var proxy = new ForgetfulProxy(old.Options.Port);
        await using var cluster = InProcessCluster.On(await RealRedis.StartAsync(), ClusterBase.Cleaning);
        await cluster.Redis.Server.ReplicaOfAsync(new IPEndPoint(IPAddress.Loopback, old.Options.Port));
        cluster.Launch(("REDIS_PORT", $"{proxy.Port}"));
        cluster.Launch(("REDIS_PORT", $"{proxy.Port}"));
        await cluster.WaitForHealthAsync(HttpStatusCode.OK);
        await Eventually.HoldsAsync(
            async () => (await old.Database.ExecuteAsync("WAIT", 1, 100)).ToString() == "1", () => "the replica to have what the silos wrote");
        await cluster.Redis.Server.MakePrimaryAsync(ReplicationChangeOptions.None);
        await old.Server.ReplicaOfAsync(new IPEndPoint(IPAddress.Loopback, cluster.Redis.Options.Port));
        proxy.Server = cluster.Redis.Options.Port;
        await cluster.WaitUntilListeningAsync(2);
        await ProcessGamesAsync(cluster);
    }

    [Fact]
    public async Task Silos_follow_the_sentinels_to_the_new_master_after_a_failover_and_after_a_crash()
    {
        // Silo processes, because a client that the other tests starve may not learn of the new master in time.
        await using var cluster = SiloCluster.On(await RealRedis.StartWatchedAsync(), ClusterBase.Cleaning);
        await cluster.LaunchAsync(2);
        await ProcessGamesAsync(cluster);
        await cluster.Redis.FailOverAsync();
        await cluster.Redis.WaitForSoleMasterAsync();
        await ProcessGamesAsync(cluster);
        await cluster.Redis.StopAsync();
        await cluster.Redis.WaitForMasterAsync();
        await cluster.Redis.StartAgainAsync();
        await cluster.Redis.WaitForSoleMasterAsync();
        await ProcessGamesAsync(cluster);
        Assert.Equal(30, cluster.Files("GAME_PODIUM").Length);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("of their own")]
    public async Task Sentinels_may_have_no_password_or_another_than_Redis(string? password)
    {
        await using var redis = await RealRedis.StartWatchedAloneAsync("secret", password);
        Assert.True(await redis.Database.StringSetAsync("key", "value"));
    }

    private static async Task ProcessGamesAsync(ClusterBase cluster)
    {
        foreach (var page in await cluster.PagesAsync())
        {
            await ClusterBase.WaitForHealthAsync(page, HttpStatusCode.OK);
        }

        for (var i = 0; i < 10; i++)
        {
            await GameAssertions.IsProcessedOnceAnnouncedAsync(await new MadeGame(cluster.Redis.Database).PutAsync(), cluster);
        }
    }
}
