using System.Diagnostics;
using StackExchange.Redis;
using Superhero.Benchmarks.Measuring;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Benchmarks.Scenarios;

/// <summary>The same load on more and more silos, beside as many plain subscribers.</summary>
internal static class SilosScenario
{
    private const int Games = 3000;
    private static readonly int[] Counts = [1, 2, 4, 8];

    public static async Task<Section> Run(CancellationToken cancellationToken)
    {
        var maker = new GameMaker();
        var silos = Counts.ToDictionary(count => count, _ => new List<SilosMeasure>());
        var old = Counts.ToDictionary(count => count, _ => new List<Measure>());
        for (var round = 0; round < Median.Rounds; round++)
        {
            foreach (var count in Counts.Where(_ => !cancellationToken.IsCancellationRequested))
            {
                Console.Error.WriteLine($"round {round + 1}, {count} silos");
                silos[count].Add(await Silos(maker, count));
                old[count].Add(await Old(maker, count));
            }
        }

        double Cpu(int count) => Median.Of(silos[count], run => run.Load.CpuMilliseconds);
        return Section.Of(
            "More silos",
            $"{Games} games at once. The old way are plain subscribers in processes of their own, which do every game of which they "
            + "hear with the steps of the barest loop and without cleaning, until all have done all.",
            ["", "games/s", "CPU ms a game", "Redis commands a game", "calls of a game's grain", "files a game", "duplicates"],
            [
                .. Counts.Select(count => new[]
                {
                    $"{count} silos", $"{Median.Of(silos[count], run => run.Load.PerSecond):0}", $"{Cpu(count):0.00}",
                    $"{Median.Of(silos[count], run => run.Load.Commands):0.0}", $"{Median.Of(silos[count], run => run.Calls):0.0}",
                    $"{Median.Of(silos[count], run => run.Files):0.00}", $"{silos[count].Sum(run => run.Duplicates)}",
                }),
                .. Counts.Select(count => new[]
                {
                    $"{count} in the old way", $"{Median.Of(old[count], run => run.PerSecond):0}", $"{Median.Of(old[count], run => run.CpuMilliseconds):0.00}",
                    $"{Median.Of(old[count], run => run.Commands):0.0}", "", $"{2 * count}.00", $"{(count - 1) * Games * Median.Rounds}",
                }),
            ],
            new Target("CPU a game with 8 silos, of that with 1", Cpu(8) / Cpu(1), Most: 1.15));
    }

    private static async Task<SilosMeasure> Silos(GameMaker maker, int count)
    {
        await using var load = await Load.Start(maker, count, 1000 * count);
        var (calls, files) = (await Calls(load), load.Cluster.Files("GAME_META").Length + load.Cluster.Files("GAME_PODIUM").Length);
        var measure = await load.Run(Games);
        var podiums = load.Cluster.Files("GAME_PODIUM");
        return new SilosMeasure(
            measure,
            (double)(await Calls(load) - calls) / Games,
            (double)(load.Cluster.Files("GAME_META").Length + podiums.Length - files) / Games,
            podiums.Length - podiums.Select(file => Path.GetFileName(file)[..36]).Distinct().Count());
    }

    // The dashboard counts what the silos report to it every few seconds.
    private static async Task<long> Calls(Load load)
    {
        await Task.Delay(TimeSpan.FromSeconds(3));
        return await load.Cluster.GameGrains("totalCalls");
    }

    private static async Task<Measure> Old(GameMaker maker, int count)
    {
        await using var redis = await RealRedis.Start();
        using var output = new TemporaryFolder();
        var workers = Enumerable.Range(1, count).Select(i => OldWorker.Start(redis.Options.Port, output.Path, $"old-{i}")).ToList();
        try
        {
            await Eventually.Holds(
                () => redis.Server.SubscriptionSubscriberCount(RedisChannel.Literal(LogChannel.Lobby)) == count, () => $"{count} subscribers");
            await Do(redis, maker, workers, 1000);
            return await Do(redis, maker, workers, Games);
        }
        finally
        {
            foreach (var worker in workers)
            {
                worker.Kill();
                worker.Dispose();
            }
        }
    }

    private static async Task<Measure> Do(RealRedis redis, GameMaker maker, List<Process> workers, int games)
    {
        var made = await maker.Make(redis.Database, games);
        await redis.Database.KeyDeleteAsync(OldWorker.CountKey);
        var before = (Cpu(workers), await redis.Calls("total"));
        var time = Stopwatch.StartNew();
        await GameMaker.Announce(redis.Connection, made);
        while ((long)await redis.Database.StringGetAsync(OldWorker.CountKey) < games * workers.Count)
        {
            await Task.Delay(5);
        }

        return Measure.Between(before, (Cpu(workers), await redis.Calls("total")), time.Elapsed.TotalSeconds, games);
    }

    private static double Cpu(List<Process> workers) => workers.Sum(worker =>
    {
        worker.Refresh();
        return worker.TotalProcessorTime.TotalSeconds;
    });

    private sealed record SilosMeasure(Measure Load, double Calls, double Files, int Duplicates);
}
