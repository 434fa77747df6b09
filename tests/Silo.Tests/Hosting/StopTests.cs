using Microsoft.Extensions.Logging;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Hosting;

[Trait("Category", "Integration")]
public class StopTests
{
    private const int Games = 200;

    // These report a busy machine: other tests use the same cores.
    private static readonly string[] BusyMachine =
        ["WorkItemGroup", "LocalSiloHealthMonitor", "SiloHealthMonitor", "SiloLifecycleSubject", "Watchdog"];

    [Theory]
    [InlineData(2, 2)]
    [InlineData(3, 1)]
    public async Task Silos_that_stop_while_games_end_log_no_warning_and_lose_no_game(int silos, int stopped)
    {
        await using var cluster = await SiloCluster.StartAsync(silos, ClusterBase.Cleaning);
        var games = await Task.WhenAll(Enumerable.Range(0, Games).Select(_ => new MadeGame(cluster.Redis.Database).PutAsync()));
        var before = Enumerable.Range(1, stopped).Select(silo => cluster.Events(silo).Count).ToList();
        await Task.WhenAll(games.Select(game => cluster.AnnounceAsync(game.Keys.Token)));
        await Eventually.HoldsAsync(() => cluster.Files("GAME_PODIUM").Length > 0, () => "a first game");
        foreach (var silo in cluster.Silos.Take(stopped))
        {
            SiloCluster.Signal(silo, "TERM");
        }

        foreach (var silo in cluster.Silos.Take(stopped))
        {
            Assert.Equal(0, await cluster.ExitAsync(silo));
        }

        var events = Enumerable.Range(1, stopped).SelectMany(silo => cluster.Events(silo).Skip(before[silo - 1]));
        Assert.DoesNotContain(events, one => one.Level >= LogLevel.Warning && !BusyMachine.Any(name => one.Category.Contains(name, StringComparison.Ordinal)));
        if (stopped == silos)
        {
            cluster.Launch();
        }

        await cluster.Redis.WaitUntilCleanedAsync(cluster.Describe);
        GameAssertions.HasRows(games, cluster.Output);
    }
}
