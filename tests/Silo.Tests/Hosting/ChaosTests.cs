using System.Collections.Concurrent;
using Superhero.Chaos;

namespace Superhero.Silo.Tests.Hosting;

[Trait("Category", "Integration")]
public class ChaosTests
{
    [Fact]
    public async Task Games_are_processed_once_while_silos_connections_clocks_and_the_disk_fail()
    {
        ConcurrentQueue<string> said = [];
        var figures = await ChaosRun.RunAsync(
            new ChaosOptions(Seed: 1, Games: 1200, TimeSpan.FromSeconds(20), Hang: TimeSpan.FromSeconds(20), KeepsRedis: true), said.Enqueue, TestContext.Current.CancellationToken);
        Assert.True(figures.AreRight(compacts: true), $"{string.Join('\n', said)}\n{Figures.Head}\n{figures.Row}");
        Assert.Equal(Fault.Possible.Count(fault => !fault.ReplacesRedis), figures.Faults.Count);
        Assert.True(figures.Swept > 0, figures.Row);
    }
}
