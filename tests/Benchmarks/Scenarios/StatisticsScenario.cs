using System.Diagnostics;
using System.Net;
using Superhero.Benchmarks.Measuring;
using Superhero.Testing;

namespace Superhero.Benchmarks.Scenarios;

/// <summary>The first answer to who looks at the page, late in a season.</summary>
internal static class StatisticsScenario
{
    private static readonly Season Late = new(5_000_000, Days: 400, Heroes: 731, Latest: 1000);

    // For so long a silo says again what it said.
    private static readonly TimeSpan Cached = TimeSpan.FromSeconds(1.5);

    public static async Task<Section> RunAsync(CancellationToken cancellationToken)
    {
        await using var cluster = SiloCluster.On(await RealRedis.StartAsync());
        await Late.PutAsync(cluster.Redis.Database, DateTimeOffset.UtcNow);
        List<double> first = [];
        List<double> next = [];
        for (var round = 0; round < Median.Rounds && !cancellationToken.IsCancellationRequested; round++)
        {
            var silo = cluster.Launch();
            await SiloCluster.WaitForHealthAsync(silo, HttpStatusCode.OK);
            first.Add(await SecondsAsync(await silo.Dashboard));
            await Task.Delay(Cached, cancellationToken);
            next.Add(await SecondsAsync(await silo.Dashboard));
            await silo.StopAsync();
            Console.Error.WriteLine($"round {round + 1}: {first[^1]:0.000} s, {next[^1]:0.000} s");
        }

        cancellationToken.ThrowIfCancellationRequested();
        return Section.Of(
            "The page, late in a season",
            "A silo that has just become ready is asked for /statistics, which it has read once by itself, to be prepared: "
            + $"{Late.Games:N0} games, {Late.Days} days, {Late.Heroes} heroes, the last {Late.Latest:N0} games.",
            ["", "s"],
            [["the first answer of a process", $"{Median.Of(first):0.000}"], ["the next that it has to read", $"{Median.Of(next):0.000}"]],
            new Target("Seconds to the first answer", Median.Of(first), Most: 0.1));
    }

    private static async Task<double> SecondsAsync(Uri dashboard)
    {
        using var http = new HttpClient();
        var time = Stopwatch.StartNew();
        await http.GetStringAsync(new Uri(dashboard, "/statistics"));
        return time.Elapsed.TotalSeconds;
    }
}
