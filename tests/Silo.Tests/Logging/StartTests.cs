using System.Net;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Logging;

[Trait("Category", "Integration")]
public class StartTests
{
    // Other tests are at work on the same cores.
    private static readonly string[] SaysThatTheMachineIsBusy = ["Orleans.Runtime.Scheduler.WorkItemGroup", "LocalSiloHealthMonitor"];

    [Fact]
    public async Task A_healthy_start_warns_of_nothing()
    {
        await using var cluster = await SiloCluster.StartAsync(1, ("ASPNETCORE_HTTP_PORTS", "8080"), ("ASPNETCORE_URLS", "http://*:8080"));

        // Orleans' watchdog has looked at the silo by the time that it is an active member of its cluster.
        await SiloCluster.WaitForHealthAsync(cluster.Silos[0], HttpStatusCode.OK);
        await Eventually.HoldsAsync(() => cluster.Log(1).Contains(" is up: ", StringComparison.Ordinal), () => cluster.Log(1));
        Assert.All(
            cluster.Log(1).Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !SaysThatTheMachineIsBusy.Any(line.Contains)),
            line => Assert.Contains(" info: ", line, StringComparison.Ordinal));
    }
}
