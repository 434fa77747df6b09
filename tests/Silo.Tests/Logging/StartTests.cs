using System.Net;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Logging;

public class StartTests
{
    [Fact]
    public async Task A_healthy_start_warns_of_nothing()
    {
        // On a busy machine a silo may stand still, and has to say so; of a few starts one is not disturbed.
        string[] warnings = [];
        for (var i = 0; i < 3 && (i == 0 || warnings.Length > 0); i++)
        {
            warnings = await StartAsync();
        }

        Assert.Empty(warnings);
    }

    private static async Task<string[]> StartAsync()
    {
        await using var cluster = await SiloCluster.StartAsync(1, ("ASPNETCORE_HTTP_PORTS", "8080"), ("ASPNETCORE_URLS", "http://*:8080"));

        // Orleans' watchdog has looked at the silo by the time that it is an active member of its cluster.
        await SiloCluster.HealthAsync(cluster.Silos[0], HttpStatusCode.OK);
        string[] lines = [.. cluster.Log(1).Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        Assert.Contains(lines, line => line.Contains(" is up: ", StringComparison.Ordinal));
        return [.. lines.Where(line => !line.Contains(" info: ", StringComparison.Ordinal))];
    }
}
