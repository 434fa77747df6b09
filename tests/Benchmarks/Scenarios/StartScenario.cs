using System.Diagnostics;
using Superhero.Benchmarks.Measuring;
using Superhero.Testing;

namespace Superhero.Benchmarks.Scenarios;

/// <summary>From the start of a process to its first game.</summary>
internal static class StartScenario
{
    public static async Task<Section> RunAsync(CancellationToken cancellationToken)
    {
        var maker = new GameMaker();
        List<double> first = [];
        List<double> joining = [];
        for (var round = 0; round < Median.Rounds && !cancellationToken.IsCancellationRequested; round++)
        {
            await using var cluster = SiloCluster.On(
                await RealRedis.StartAsync(), ("CLEAN_ROUTINE", "yes"), ("REDIS_EXPIRY", "0"), ("SWEEP_INTERVAL", "3600"));
            first.Add(await UntilFirstGameAsync(cluster, maker));
            joining.Add(await UntilFirstGameAsync(cluster, maker));
        }

        return Section.Of(
            "Start",
            "From the start of a process to the first file that bears its name, while games end all the time.",
            ["", "s"],
            [["first silo", $"{Median.Of(first):0.00}"], ["one that joins", $"{Median.Of(joining):0.00}"]]);
    }

    private static async Task<double> UntilFirstGameAsync(SiloCluster cluster, GameMaker maker)
    {
        var time = Stopwatch.StartNew();
        cluster.Launch();
        var name = $"_silo-{cluster.Silos.Count}.";
        while (!cluster.Files("GAME_PODIUM").Any(file => file.Contains(name, StringComparison.Ordinal)))
        {
            await GameMaker.AnnounceAsync(cluster.Redis.Connection, await maker.MakeAsync(cluster.Redis.Database, 2));
            await Task.Delay(20);
        }

        return time.Elapsed.TotalSeconds;
    }
}
