using Superhero.Benchmarks.Measuring;
using Superhero.Benchmarks.Steps;

namespace Superhero.Benchmarks.Scenarios;

/// <summary>Something that is measured.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Summary">What it measures, in a line.</param>
/// <param name="Run">Measures it.</param>
public sealed record Scenario(string Name, string Summary, Func<CancellationToken, Task<Section>> Run)
{
    /// <summary>All of them, in the order of the report.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("steps", "parse a message, rank a podium, write a file: the pure steps, with ParquetSharp's own floor", StepsScenario.RunAsync),
        new("ceiling", "one silo beside the barest process that does the same job, and beside one of the previous release", CeilingScenario.RunAsync),
        new("logging", "one silo beside one that does not log", LoggingScenario.RunAsync),
        new("silos", "1, 2, 4 and 8 silos on the same load, beside as many plain subscribers that each do every game", SilosScenario.RunAsync),
        new("backlog", "100,000 finished games that no message announced", BacklogScenario.RunAsync),
        new("burst", "50,000 messages for 10,000 games as fast as Redis takes them", BurstScenario.RunAsync),
        new("start", "from the start of a process to its first game", StartScenario.RunAsync),
        new("failover", "4 silos and 20 games a second: how long games take while silos are killed, stopped and replaced", FailoverScenario.RunAsync),
        new("length", "games of 1 to 10,000 attacks", LengthScenario.RunAsync),
        new("statistics", "the first answer to who looks at the page, with 5,000,000 games done", StatisticsScenario.RunAsync),
        new("season", "what report, verify, compact and games show take with 5,000,000 games, beside DuckDB's best query", SeasonScenario.RunAsync),
    ];
}
