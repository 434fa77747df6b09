using System.Net;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Hosting;

[Trait("Category", "Integration")]
public class MergeHealthTests
{
    [Fact]
    public async Task Merging_that_fails_makes_health_degraded_until_it_works()
    {
        await using var cluster = await InProcessCluster.StartAsync(1, [.. ClusterBase.Cleaning, ("MERGE_AFTER", "1")]);

        // A file is where the folder of a merged table belongs.
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(cluster.Output, "superhero")).FullName, "GAME_SESSION");
        await File.WriteAllTextAsync(path, "", TestContext.Current.CancellationToken);
        await GameAssertions.IsProcessedOnceAnnouncedAsync(await new MadeGame(cluster.Redis.Database).PutAsync(), cluster);
        await Eventually.HoldsAsync(
            async () => (await cluster.WaitForHealthAsync(1, HttpStatusCode.OK, "Degraded")).Contains("merging", StringComparison.Ordinal),
            () => $"the failure of the merging in the health's answer. {cluster.Describe()}");
        File.Delete(path);
        await Eventually.HoldsAsync(
            async () => !(await cluster.WaitForHealthAsync(1, HttpStatusCode.OK)).Contains("Degraded", StringComparison.Ordinal),
            () => $"health to be restored. {cluster.Describe()}");
    }
}
