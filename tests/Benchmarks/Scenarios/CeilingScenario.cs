using Superhero.Benchmarks.Measuring;
using Superhero.Testing;

namespace Superhero.Benchmarks.Scenarios;

/// <summary>One silo beside the barest process that does the same job, and beside a silo of the previous release.</summary>
internal static class CeilingScenario
{
    private const int Games = 2000;

    private const int Attempts = 3;

    private static readonly int[] Concurrencies = [4, 8, 16, 32];

    public static async Task<Section> RunAsync(CancellationToken cancellationToken)
    {
        var maker = new GameMaker();
        var program = await PreviousRelease.BuildAsync()
            ?? throw new InvalidOperationException("The repository's history does not go back to the previous release.");

        // What a new file costs depends on where on the disk its folder lies, and on what was deleted there of late. So all
        // share a folder, and are there to the end.
        using var output = new TemporaryFolder();
        List<IAsyncDisposable> started = [];
        try
        {
            var (best, threads) = await BestAsync(maker, output.Path, started);
            var silo = Started(await Load.StartAsync(maker, 1, Games, ("OUTPUT_DIR", output.Path)));
            var previous = Started(await Load.StartAsync(maker, 1, Games, program, ("OUTPUT_DIR", output.Path)));
            Dictionary<string, (Func<int, Task<Measure>> RunAsync, List<Measure> Runs)> contenders = new()
            {
                ["the ceiling"] = (best.RunAsync, []),
                ["one silo"] = (silo.RunAsync, []),
                ["one silo of the previous release"] = (previous.RunAsync, []),
            };
            for (var round = 0; round < Median.Rounds && !cancellationToken.IsCancellationRequested; round++)
            {
                foreach (var (name, (run, runs)) in contenders)
                {
                    runs.Add(await run(Games));
                    Console.Error.WriteLine($"round {round + 1}: {name} {runs[^1].PerSecond:0} games/s, {runs[^1].CpuMilliseconds:0.00} CPU ms a game");
                }
            }

            cancellationToken.ThrowIfCancellationRequested();
            var roundTrips = await RoundTrips.AGameAsync(silo, Games);
            double Of(string name, Func<Measure, double> measure) => Median.Of(contenders["one silo"].Runs, measure) / Median.Of(contenders[name].Runs, measure);
            return Section.Of(
                "Ceiling, and one silo",
                $"{Games} games at once, from the first message to the last cleaned game. The ceiling is one process without Orleans that hears of the games, "
                + "reads each in one script, ranks, writes the same files with the same code and durability, and deletes the keys in one script, "
                + $"{threads} games at a time, each on one thread from its first step to its last, which was the best of {string.Join(", ", Concurrencies)}; "
                + "no claim, no record. The previous release is built from the repository's history.",
                Measure.Columns,
                contenders.Select(contender => Measure.Row(contender.Key, contender.Value.Runs)),
                new Target("One silo's CPU a game, of the ceiling's", Of("the ceiling", run => run.CpuMilliseconds), Most: 1.5),
                new Target("One silo's CPU a game, of the previous release's", Of("one silo of the previous release", run => run.CpuMilliseconds), Most: 0.65),
                new Target("One silo's games/s, of the previous release's", Of("one silo of the previous release", run => run.PerSecond), Least: 1.4),
                new Target("Round trips to Redis a game, from the message to the last key, the record included", roundTrips, Most: 2));
        }
        finally
        {
            await Task.WhenAll(started.Select(one => one.DisposeAsync().AsTask()));
        }

        T Started<T>(T one)
            where T : IAsyncDisposable
        {
            started.Add(one);
            return one;
        }
    }

    private static async Task<(PlainWorkers Workers, int Threads)> BestAsync(GameMaker maker, string output, List<IAsyncDisposable> started)
    {
        List<(PlainWorkers Workers, int Threads, List<Measure> Runs)> tried = [];
        foreach (var threads in Concurrencies)
        {
            tried.Add((await PlainWorkers.StartAsync(maker, 1, WorkerKind.Whole, Games, threads, output), threads, []));
            started.Add(tried[^1].Workers);
        }

        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            foreach (var (workers, threads, runs) in tried)
            {
                runs.Add(await workers.RunAsync(Games));
                Console.Error.WriteLine($"ceiling, {threads} at a time: {runs[^1].PerSecond:0} games/s, {runs[^1].CpuMilliseconds:0.00} CPU ms a game");
            }
        }

        var best = tried.MaxBy(one => Median.Of(one.Runs, run => run.PerSecond));
        return (best.Workers, best.Threads);
    }
}
