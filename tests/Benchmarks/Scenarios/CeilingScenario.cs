using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Superhero.Benchmarks.Measuring;
using Superhero.Grains.Output;
using Superhero.Testing;

namespace Superhero.Benchmarks.Scenarios;

/// <summary>One silo beside the barest loop, and beside a silo that does not log.</summary>
internal static class CeilingScenario
{
    private const int Games = 2000;

    private const int Attempts = 3;

    private static readonly int[] Concurrencies = [8, 32, 64];

    public static async Task<Section> Run(CancellationToken cancellationToken)
    {
        var maker = new GameMaker();
        List<double> bare = [];
        List<Measure> logging = [];
        List<Measure> silent = [];
        int best;
        double roundTrips;
        await using (var loud = await Load.Start(maker, 1, Games))
        await using (var quiet = await Load.Start(maker, 1, Games, ("LOG_LEVEL", "WARNING")))
        {
            best = await BestConcurrency(maker, loud);

            // Logging costs less than one run differs from the next, so these two are run more often, each as often first.
            for (var round = 0; round < Median.Rounds && !cancellationToken.IsCancellationRequested; round++)
            {
                bare.Add(await Bare(maker, loud, best));
                logging.Add(await loud.Run(Games));
                silent.Add(await quiet.Run(Games));
                silent.Add(await quiet.Run(Games));
                logging.Add(await loud.Run(Games));
            }

            roundTrips = await RoundTrips.AGame(loud, Games);
        }

        var (ceiling, one, mute) = (Median.Of(bare), Median.Of(logging, run => run.PerSecond), Median.Of(silent, run => run.PerSecond));
        return Section.Of(
            "Ceiling, and one silo",
            $"{Games} games at once. The barest loop reads a game in one round trip, ranks, writes the same files with the same "
            + $"durability, and deletes the keys, {best} games at a time, which was the best of {string.Join(", ", Concurrencies)}; no Orleans, no record, no messages. A silo is measured "
            + "from the first message to the last cleaned game.",
            ["", "games/s", "CPU ms a game", "Redis commands a game"],
            [
                ["barest loop", $"{ceiling:0}", "", ""],
                ["one silo", $"{one:0}", $"{Median.Of(logging, run => run.CpuMilliseconds):0.00}", $"{Median.Of(logging, run => run.Commands):0.0}"],
                ["one silo, LOG_LEVEL=WARNING", $"{mute:0}", $"{Median.Of(silent, run => run.CpuMilliseconds):0.00}", $"{Median.Of(silent, run => run.Commands):0.0}"],
            ],
            new Target("One silo's games/s, of the ceiling's", one / ceiling, Least: 0.70),
            new Target("Games/s with logging at INFO, of those without", one / mute, Least: 0.98),
            new Target("Round trips to Redis a game, from the message to the last key, the record included", roundTrips, Most: 6));
    }

    private static async Task<int> BestConcurrency(GameMaker maker, Load load)
    {
        var tried = Concurrencies.ToDictionary(concurrency => concurrency, _ => new List<double>());
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            foreach (var (concurrency, runs) in tried)
            {
                runs.Add(await Bare(maker, load, concurrency));
            }
        }

        return tried.MaxBy(one => Median.Of(one.Value)).Key;
    }

    private static async Task<double> Bare(GameMaker maker, Load load, int concurrency)
    {
        using var output = new TemporaryFolder();
        var redis = load.Cluster.Redis;
        var folder = new DurableFolder(output.Path, NullLogger<DurableFolder>.Instance);
        var games = await maker.Make(redis.Database, Games);
        var time = Stopwatch.StartNew();
        await Parallel.ForEachAsync(
            games,
            new ParallelOptions { MaxDegreeOfParallelism = concurrency },
            async (game, _) => await BareLoop.Do(redis.Connection, folder, game.Token, "bare", clean: true));
        return Games / time.Elapsed.TotalSeconds;
    }
}
