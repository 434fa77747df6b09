using System.Net;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Subscriber;

[Trait("Category", "Integration")]
public class ChannelSubscriptionTests
{
    [Fact]
    public async Task Subscription_lost_without_an_error_is_renewed()
    {
        // The proxy outlives the silo: a silo that cannot stop without Redis ends its process, which is that of all tests.
        var redis = await RealRedis.StartAsync();
        using var proxy = new ForgetfulProxy(redis.Options.Port);
        await using var cluster = InProcessCluster.On(redis, ClusterBase.CleaningWithoutSweep);
        cluster.Launch(("REDIS_PORT", $"{proxy.Port}"));
        await cluster.WaitUntilListeningAsync(1);
        proxy.Forget();
        await cluster.WaitUntilListeningAsync(0);
        await cluster.WaitUntilListeningAsync(1);
        await cluster.WaitForHealthAsync(1, HttpStatusCode.OK);
        await cluster.WaitForEventAsync(1, LogEvents.SubscriptionStale, logged => logged.Values["Channel"] == "lib.server.lobby");
        await GameAssertions.IsProcessedOnceAnnouncedAsync(await new MadeGame(cluster.Redis.Database).PutAsync(), cluster);
    }

    [Fact]
    public async Task Silo_is_not_ready_while_an_ACL_keeps_it_from_renewing_its_subscription()
    {
        await using var cluster = InProcessCluster.On(await RealRedis.StartAsync(), ClusterBase.CleaningWithoutSweep);
        cluster.Launch();
        await cluster.WaitUntilListeningAsync(1);
        await Permit("resetchannels");
        await cluster.WaitForHealthAsync(1, HttpStatusCode.ServiceUnavailable, "lib.server.lobby");
        await Permit("allchannels");
        await cluster.WaitForHealthAsync(1, HttpStatusCode.OK);
        await GameAssertions.IsProcessedOnceAnnouncedAsync(await new MadeGame(cluster.Redis.Database).PutAsync(), cluster);

        Task Permit(string channels) => cluster.Redis.Server.ExecuteAsync("ACL", "SETUSER", "default", channels);
    }

    [Fact]
    public async Task Silo_receives_from_the_other_channels_if_an_ACL_forbids_one()
    {
        await using var cluster = InProcessCluster.On(
            await RealRedis.StartAsync(), [.. ClusterBase.CleaningWithoutSweep, ("WORKER_CHANNEL", "forbidden,lib.server.lobby")]);
        await cluster.Redis.Server.ExecuteAsync("ACL", "SETUSER", "default", "resetchannels", "&lib.server.lobby", "&__*");
        cluster.Launch();
        await cluster.WaitUntilListeningAsync(1);
        await cluster.WaitForHealthAsync(1, HttpStatusCode.OK, "forbidden");
        await GameAssertions.IsProcessedOnceAnnouncedAsync(await new MadeGame(cluster.Redis.Database).PutAsync(), cluster);
        await cluster.WaitForEventAsync(
            1, LogEvents.SubscribeForbidden, logged => logged.Values["Channel"] == "forbidden" && logged.Values["Reason"].Contains("NOPERM", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Silo_that_may_not_publish_receives_messages()
    {
        await using var cluster = InProcessCluster.On(await RealRedis.StartAsync(), ClusterBase.CleaningWithoutSweep);
        await cluster.Redis.Server.ExecuteAsync("ACL", "SETUSER", "listener", "on", ">secret", "allkeys", "allchannels", "+@all", "-publish");
        cluster.Launch(("REDIS_USER", "listener"), ("REDIS_PASSWORD", "secret"));
        await cluster.WaitUntilListeningAsync(1);
        await cluster.WaitForEventAsync(1, LogEvents.PublishForbidden, logged => logged.Values["Channel"] == "lib.server.lobby");
        await cluster.Redis.Server.ExecuteAsync("CLIENT", "KILL", "TYPE", "pubsub");
        await cluster.WaitUntilListeningAsync(1);
        await cluster.WaitForHealthAsync(1, HttpStatusCode.OK);
        await GameAssertions.IsProcessedOnceAnnouncedAsync(await new MadeGame(cluster.Redis.Database).PutAsync(), cluster);
    }
}
