using Superhero.Testing;

namespace Superhero.Silo.Tests.Hosting;

[Trait("Category", "Integration")]
public class StopTests
{
    private const int Games = 200;

    // Other tests are at work on the same cores.
    private static readonly string[] SaysThatTheMachineIsBusy =
        ["Orleans.Runtime.Scheduler.WorkItemGroup", "LocalSiloHealthMonitor", "SiloHealthMonitor", "SiloLifecycleSubject", "Watchdog"];

    [Theory]
    [InlineData(2, 2)]
    [InlineData(3, 1)]
    public async Task Silos_that_are_stopped_while_games_end_warn_of_nothing_and_lose_nothing(int silos, int stopped)
    {
        await using var cluster = await SiloCluster.StartAsync(silos, ("CLEAN_ROUTINE", "yes"), ("REDIS_EXPIRY", "0"), ("SWEEP_INTERVAL", "1"));
        var games = await Task.WhenAll(Enumerable.Range(0, Games).Select(_ => new MadeGame(cluster.Redis.Database).PutAsync()));
        var before = Enumerable.Range(1, stopped).Select(silo => cluster.Log(silo).Length).ToList();
        await Task.WhenAll(games.Select(game => cluster.AnnounceAsync(game.Keys.Token, MadeGame.User)));
        await Eventually.HoldsAsync(() => cluster.Files("GAME_PODIUM").Length > 0, () => "a first game");
        foreach (var silo in cluster.Silos.Take(stopped))
        {
            SiloCluster.Signal(silo, "TERM");
        }

        foreach (var silo in cluster.Silos.Take(stopped))
        {
            await silo.Process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, silo.Process.ExitCode);
        }

        var said = Enumerable.Range(1, stopped).SelectMany(silo => cluster.Log(silo)[before[silo - 1]..].Split('\n'))
            .Where(line => !SaysThatTheMachineIsBusy.Any(line.Contains));
        Assert.DoesNotContain(said, line => line.Contains(" warn: ", StringComparison.Ordinal) || line.Contains(" fail: ", StringComparison.Ordinal));
        if (stopped == silos)
        {
            cluster.Launch();
        }

        await cluster.Redis.WaitUntilCleanedAsync(() => cluster.Log(cluster.Silos.Count));
        Assert.Equal(Games, cluster.Files("GAME_PODIUM").Length);
        Assert.Equal(Games, cluster.Files("GAME_META").Length);
    }
}
