using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Superhero.Benchmarks.Measuring;
using Superhero.Tables.Output;
using Superhero.Testing;

namespace Superhero.Benchmarks.Scenarios;

/// <summary>One silo beside the barest loop, and beside a silo that does not log.</summary>
internal static class CeilingScenario
{
    private const int Games = 2000;

    private const int Attempts = 3;

    // Logging costs far less than one run differs from the next.
    private const int LoggingRounds = 15;
    private const int LoggingGames = 1000;

    private static readonly int[] Concurrencies = [8, 32, 64];

    public static async Task<Section> RunAsync(CancellationToken cancellationToken)
    {
        var maker = new GameMaker();
        List<double> bare = [];
        List<Measure> one = [];
        List<Measure> logging = [];
        List<Measure> silent = [];
        List<double> ofSilent = [];
        int best;
        double roundTrips;
        await using (var silo = await Load.StartAsync(maker, 1, Games))
        {
            best = await BestConcurrencyAsync(maker, silo);

            for (var round = 0; round < Median.Rounds && !cancellationToken.IsCancellationRequested; round++)
            {
                bare.Add(await BareAsync(maker, silo, best));
                one.Add(await silo.RunAsync(Games));
                Console.Error.WriteLine($"round {round + 1}: {bare[^1]:0} games/s barest, {one[^1].PerSecond:0} one silo");
            }

            roundTrips = await RoundTrips.AGameAsync(silo, Games);
        }

        // Both as new as the other, so that their folders are as full.
        await using (var loud = await Load.StartAsync(maker, 1, Games))
        await using (var quiet = await Load.StartAsync(maker, 1, Games, ("LOG_LEVEL", "WARNING")))
        {
            for (var round = 0; round < LoggingRounds && !cancellationToken.IsCancellationRequested; round++)
            {
                Measure[] runs =
                [
                    await loud.RunAsync(LoggingGames), await quiet.RunAsync(LoggingGames), await quiet.RunAsync(LoggingGames), await loud.RunAsync(LoggingGames),
                ];
                logging.AddRange([runs[0], runs[3]]);
                silent.AddRange([runs[1], runs[2]]);
                ofSilent.Add((Seconds(runs[1]) + Seconds(runs[2])) / (Seconds(runs[0]) + Seconds(runs[3])));
                Console.Error.WriteLine($"round {round + 1}: with logging {ofSilent[^1]:0.00} of the games/s without");
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        var (ceiling, reached) = (Median.Of(bare), Median.Of(one, run => run.PerSecond));
        return Section.Of(
            "Ceiling, and one silo",
            $"{Games} games at once. The barest loop reads a game in one round trip, ranks, writes the same files with the same "
            + $"durability, and deletes the keys, {best} games at a time, which was the best of {string.Join(", ", Concurrencies)}; no Orleans, no record, no messages. A silo is measured "
            + $"from the first message to the last cleaned game. With logging and without, {LoggingRounds} rounds of twice {LoggingGames} games each: the middle "
            + $"half of the rounds lies between {Median.Quartile(ofSilent, 1):0.00} and {Median.Quartile(ofSilent, 3):0.00} of the games/s without. "
            + "The CPU is the silo's own; the process that reads its lines runs on the same cores.",
            ["", "games/s", "CPU ms a game", "Redis commands a game"],
            [
                ["barest loop", $"{ceiling:0}", "", ""],
                Row("one silo, in turns with it", one),
                Row("one silo, LOG_LEVEL=INFO", logging),
                Row("one silo, LOG_LEVEL=WARNING, in turns with that", silent),
            ],
            new Target("One silo's games/s, of the ceiling's", reached / ceiling, Least: 0.70),
            new Target("Games/s with logging at INFO, of those without", Median.Of(ofSilent), Least: 0.98),
            new Target("Round trips to Redis a game, from the message to the last key, the record included", roundTrips, Most: 6));
    }

    private static string[] Row(string name, List<Measure> runs) =>
    [
        name, $"{Median.Of(runs, run => run.PerSecond):0}", $"{Median.Of(runs, run => run.CpuMilliseconds):0.00}",
        $"{Median.Of(runs, run => run.Commands):0.0}",
    ];

    private static double Seconds(Measure run) => 1 / run.PerSecond;

    private static async Task<int> BestConcurrencyAsync(GameMaker maker, Load load)
    {
        var tried = Concurrencies.ToDictionary(concurrency => concurrency, _ => new List<double>());
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            foreach (var (concurrency, runs) in tried)
            {
                runs.Add(await BareAsync(maker, load, concurrency));
            }
        }

        return tried.MaxBy(one => Median.Of(one.Value)).Key;
    }

    private static async Task<double> BareAsync(GameMaker maker, Load load, int concurrency)
    {
        using var output = new TemporaryFolder();
        var redis = load.Cluster.Redis;
        var folder = new LocalOutputStore(output.Path, NullLogger<LocalOutputStore>.Instance);
        var games = await maker.MakeAsync(redis.Database, Games);
        var time = Stopwatch.StartNew();
        await Parallel.ForEachAsync(
            games,
            new ParallelOptions { MaxDegreeOfParallelism = concurrency },
            async (game, _) => await BareLoop.DoAsync(redis.Connection, folder, game.Token, "bare", clean: true));
        return Games / time.Elapsed.TotalSeconds;
    }
}
