using System.Net;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Subscriber;

[Trait("Category", "Integration")]
public class ChannelSubscriptionTests
{
    [Fact]
    public async Task A_subscription_lost_without_an_error_is_noticed_and_made_again()
    {
        await using var cluster = await HearingAsync();
        using var proxy = new ForgetfulProxy(cluster.Redis.Options.Port);
        var silo = cluster.Launch(("REDIS_PORT", $"{proxy.Port}"));
        await cluster.WaitUntilListeningAsync(1);
        proxy.Forget();
        await cluster.WaitUntilListeningAsync(0);
        await cluster.WaitUntilListeningAsync(1);
        await SiloCluster.WaitForHealthAsync(silo, HttpStatusCode.OK);
        Assert.Contains("Nothing is heard on lib.server.lobby", cluster.Log(1), StringComparison.Ordinal);
        Assert.Contains("subscribing again", cluster.Log(1), StringComparison.Ordinal);
        await GameAssertions.IsProcessedOnceAnnouncedAsync(await new MadeGame(cluster.Redis.Database).PutAsync(), cluster);
    }

    [Fact]
    public async Task A_silo_whose_subscription_is_not_made_again_is_not_ready_until_it_hears()
    {
        await using var cluster = await HearingAsync();
        var silo = cluster.Launch();
        await cluster.WaitUntilListeningAsync(1);
        await Permit("resetchannels");
        Assert.Contains(
            "nothing is heard on lib.server.lobby", await SiloCluster.WaitForHealthAsync(silo, HttpStatusCode.ServiceUnavailable), StringComparison.Ordinal);
        await Permit("allchannels");
        await SiloCluster.WaitForHealthAsync(silo, HttpStatusCode.OK);
        await GameAssertions.IsProcessedOnceAnnouncedAsync(await new MadeGame(cluster.Redis.Database).PutAsync(), cluster);

        Task Permit(string channels) => cluster.Redis.Server.ExecuteAsync("ACL", "SETUSER", "default", channels);
    }

    [Fact]
    public async Task Of_channels_one_of_which_is_forbidden_the_others_are_heard()
    {
        await using var cluster = SiloCluster.On(await RealRedis.StartAsync(), ("CLEAN_ROUTINE", "yes"), ("REDIS_EXPIRY", "0"), ("SWEEP_INTERVAL", "3600"), ("WORKER_CHANNEL", "forbidden,lib.server.lobby"));
        await cluster.Redis.Server.ExecuteAsync("ACL", "SETUSER", "default", "resetchannels", "&lib.server.lobby", "&__*");
        var silo = cluster.Launch();
        await cluster.WaitUntilListeningAsync(1);
        Assert.Contains("Redis does not permit to listen on forbidden", await SiloCluster.WaitForHealthAsync(silo, HttpStatusCode.OK), StringComparison.Ordinal);
        await GameAssertions.IsProcessedOnceAnnouncedAsync(await new MadeGame(cluster.Redis.Database).PutAsync(), cluster);
        Assert.Matches("does not permit to listen on forbidden, .*NOPERM", cluster.Log(1));
    }

    [Fact]
    public async Task A_user_who_may_not_publish_hears_all_the_same()
    {
        await using var cluster = await HearingAsync();
        await cluster.Redis.Server.ExecuteAsync("ACL", "SETUSER", "listener", "on", ">secret", "allkeys", "allchannels", "+@all", "-publish");
        var silo = cluster.Launch(("REDIS_USER", "listener"), ("REDIS_PASSWORD", "secret"));
        await cluster.WaitUntilListeningAsync(1);
        await Eventually.HoldsAsync(() => cluster.Log(1).Contains("does not permit to publish on lib.server.lobby", StringComparison.Ordinal), () => cluster.Log(1));
        await cluster.Redis.Server.ExecuteAsync("CLIENT", "KILL", "TYPE", "pubsub");
        await cluster.WaitUntilListeningAsync(1);
        await SiloCluster.WaitForHealthAsync(silo, HttpStatusCode.OK);
        await GameAssertions.IsProcessedOnceAnnouncedAsync(await new MadeGame(cluster.Redis.Database).PutAsync(), cluster);
    }

    // So rare a sweep that what is done was heard.
    private static async Task<SiloCluster> HearingAsync() => SiloCluster.On(
        await RealRedis.StartAsync(), ("CLEAN_ROUTINE", "yes"), ("REDIS_EXPIRY", "0"), ("SWEEP_INTERVAL", "3600"));
}
