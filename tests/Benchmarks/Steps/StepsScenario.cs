using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Superhero.Benchmarks.Measuring;

namespace Superhero.Benchmarks.Steps;

/// <summary>Runs the benchmarks of the pure steps.</summary>
internal static class StepsScenario
{
    public static Task<Section> RunAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            var folder = Path.Combine(Path.GetTempPath(), "superhero-benchmarks");
            var summary = BenchmarkRunner.Run<StepBenchmarks>(ManualConfig.CreateEmpty()
                .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithIterationCount(15).WithWarmupCount(5))
                .AddLogger(NullLogger.Instance)
                .AddColumnProvider(DefaultColumnProviders.Instance)
                .WithArtifactsPath(folder));
            var medians = summary.Reports.ToDictionary(
                report => report.BenchmarkCase.Descriptor.WorkloadMethodDisplayInfo.Trim('\''),
                report => report.ResultStatistics!.Median / 1000);
            return Section.Of(
                "The pure steps",
                "One ordinary game of the recordings, by BenchmarkDotNet.",
                ["", "µs"],
                medians.Select(step => new[] { step.Key, $"{step.Value:0.00}" }),
                new Target("Writing a file, of ParquetSharp's floor", medians["write GAME_PODIUM"] / medians["ParquetSharp's floor for it"], Most: 1.3));
        },
        cancellationToken);
}
