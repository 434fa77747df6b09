using System.Net;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Hosting;

[Trait("Category", "Integration")]
public class MergeHealthTests
{
    [Fact]
    public async Task Merging_that_fails_makes_health_degraded_until_it_works()
    {
        await using var cluster = await SiloCluster.StartAsync(
            1, ("CLEAN_ROUTINE", "yes"), ("REDIS_EXPIRY", "0"), ("SWEEP_INTERVAL", "1"), ("MERGE_AFTER", "1"));

        // A file is where the folder of a merged table belongs.
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(cluster.Output, "superhero")).FullName, "GAME_SESSION");
        await File.WriteAllTextAsync(path, "", TestContext.Current.CancellationToken);
        await GameAssertions.IsProcessedOnceAnnouncedAsync(await new MadeGame(cluster.Redis.Database).PutAsync(), cluster);
        await HealthIsAsync("Degraded");
        File.Delete(path);
        await HealthIsAsync("Healthy");

        Task HealthIsAsync(string state)
        {
            var health = "";
            return Eventually.HoldsAsync(
                async () => (health = await SiloCluster.WaitForHealthAsync(cluster.Silos[0], HttpStatusCode.OK)).Contains($"\"status\":\"{state}\"", StringComparison.OrdinalIgnoreCase)
                    && (state == "Healthy" || health.Contains("merging", StringComparison.Ordinal)),
                () => $"health {state}; it is {health}; {cluster.Log(1)}");
        }
    }
}
