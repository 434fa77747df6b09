using Superhero.Benchmarks.Measuring;

namespace Superhero.Benchmarks.Scenarios;

/// <summary>One silo beside a silo that does not log.</summary>
internal static class LoggingScenario
{
    // Logging costs far less than one run differs from the next.
    private const int Rounds = 15;
    private const int Games = 1000;

    public static async Task<Section> RunAsync(CancellationToken cancellationToken)
    {
        var maker = new GameMaker();
        List<Measure> logging = [];
        List<Measure> silent = [];
        List<double> ofSilent = [];
        await using var loud = await Load.StartAsync(maker, 1, Games);
        await using var quiet = await Load.StartAsync(maker, 1, Games, ("LOG_LEVEL", "WARNING"));
        for (var round = 0; round < Rounds && !cancellationToken.IsCancellationRequested; round++)
        {
            Measure[] runs = [await loud.RunAsync(Games), await quiet.RunAsync(Games), await quiet.RunAsync(Games), await loud.RunAsync(Games)];
            logging.AddRange([runs[0], runs[3]]);
            silent.AddRange([runs[1], runs[2]]);
            ofSilent.Add((Seconds(runs[1]) + Seconds(runs[2])) / (Seconds(runs[0]) + Seconds(runs[3])));
            Console.Error.WriteLine($"round {round + 1}: with logging {ofSilent[^1]:0.00} of the games/s without");
        }

        cancellationToken.ThrowIfCancellationRequested();
        return Section.Of(
            "Logging",
            $"{Rounds} rounds of twice {Games} games each: the middle half of the rounds lies between {Median.Quartile(ofSilent, 1):0.00} and "
            + $"{Median.Quartile(ofSilent, 3):0.00} of the games/s without. The CPU is the silo's own; the process that reads its lines runs on the same cores.",
            Measure.Columns,
            [Measure.Row("LOG_LEVEL=INFO", logging), Measure.Row("LOG_LEVEL=WARNING", silent)],
            new Target("Games/s with logging at INFO, of those without", Median.Of(ofSilent), Least: 0.98));
    }

    private static double Seconds(Measure run) => 1 / run.PerSecond;
}
