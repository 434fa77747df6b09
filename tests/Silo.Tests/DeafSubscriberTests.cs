using System.Net;
using Superhero.Testing;

namespace Superhero.Silo.Tests;

public class DeafSubscriberTests
{
    [Fact]
    public async Task A_subscription_lost_without_an_error_is_noticed_and_made_again()
    {
        // So rare a sweep that what is done was heard.
        await using var cluster = SiloCluster.On(
            await RealRedis.Start(), ("CLEAN_ROUTINE", "yes"), ("REDIS_EXPIRY", "0"), ("SWEEP_INTERVAL", "3600"));
        using var proxy = new ForgetfulProxy(cluster.Redis.Options.Port);
        var silo = cluster.Launch(("REDIS_PORT", $"{proxy.Port}"));
        await cluster.Listening(1);
        proxy.Forget();
        await cluster.Listening(0);

        Assert.Contains(
            "nothing is heard on lib.server.lobby", await SiloCluster.Health(silo, HttpStatusCode.ServiceUnavailable), StringComparison.Ordinal);
        await SiloCluster.Health(silo, HttpStatusCode.OK);
        Assert.Contains("subscribing again", cluster.Log(1), StringComparison.Ordinal);
        await cluster.Listening(1);
        var game = await new MadeGame(cluster.Redis.Database).Put();
        await cluster.Announce(game.Keys.Token, MadeGame.User);
        await Eventually.Holds(() => cluster.Files("GAME_PODIUM").Length == 1, () => $"the game to be heard; {cluster.Log(1)}");
    }
}
