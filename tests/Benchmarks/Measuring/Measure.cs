using System.Diagnostics;
using Superhero.Testing;

namespace Superhero.Benchmarks.Measuring;

/// <summary>What a load took.</summary>
/// <param name="PerSecond">Games a second.</param>
/// <param name="CpuMilliseconds">CPU milliseconds a game, over all processes.</param>
/// <param name="Commands">Redis commands a game, those within scripts too.</param>
public readonly record struct Measure(double PerSecond, double CpuMilliseconds, double Commands)
{
    /// <summary>What a table of them has for columns.</summary>
    public static string[] Columns { get; } = ["", "games/s", "CPU ms a game", "Redis commands a game"];

    /// <summary>A row of such a table: the medians of some runs.</summary>
    public static string[] Row(string name, IReadOnlyCollection<Measure> runs) =>
    [
        name, $"{Median.Of(runs, run => run.PerSecond):0}", $"{Median.Of(runs, run => run.CpuMilliseconds):0.00}",
        $"{Median.Of(runs, run => run.Commands):0.0}",
    ];

    internal static Measure Between(Usage before, Usage after, double seconds, int games) =>
        new(games / seconds, (after.Cpu - before.Cpu) / games * 1000, (double)(after.Commands - before.Commands) / games);
}

/// <summary>What processes have used up to a moment.</summary>
/// <param name="Cpu">CPU seconds, over all of them.</param>
/// <param name="Commands">Commands of their redis-server.</param>
internal readonly record struct Usage(double Cpu, long Commands)
{
    public static async Task<Usage> OfAsync(IEnumerable<Process> processes, RealRedis redis) => new(
        processes.Sum(process =>
        {
            process.Refresh();
            return process.TotalProcessorTime.TotalSeconds;
        }),
        await redis.CallsAsync("total"));
}
