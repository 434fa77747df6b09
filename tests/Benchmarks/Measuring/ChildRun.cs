using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Superhero.Benchmarks.Measuring;

/// <summary>What a process took from its start to its end. One is measured at a time, and no other may end meanwhile.</summary>
/// <param name="Output">What it printed.</param>
/// <param name="Seconds">How long it ran.</param>
/// <param name="Cpu">The CPU seconds, as the kernel counts them.</param>
/// <param name="PeakMebibytes">The most memory that was resident.</param>
internal sealed partial record ChildRun(string Output, double Seconds, double Cpu, double PeakMebibytes)
{
    private const int Children = -1;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    /// <summary>Runs it to its end.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static async Task<ChildRun> RunAsync(ProcessStartInfo start, CancellationToken cancellationToken)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        var (before, time) = (ChildrensCpu(), Stopwatch.StartNew());
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var outputs = Task.WhenAll(process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        var exit = process.WaitForExitAsync(cancellationToken);
        try
        {
            var peak = 0.0;
            while (!exit.IsCompleted)
            {
                peak = Math.Max(peak, PeakOf(process.Id));
                await Task.WhenAny(exit, Task.Delay(Look, cancellationToken));
            }

            await exit;
            var (seconds, said) = (time.Elapsed.TotalSeconds, await outputs);
            return process.ExitCode == 0
                ? new ChildRun(said[0], seconds, ChildrensCpu() - before, peak)
                : throw new InvalidOperationException($"{string.Join(' ', start.ArgumentList)}: exit code {process.ExitCode}: {string.Concat(said)}");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    // It only ever grows, so that the last look is the one that counts.
    private static double PeakOf(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    // .NET waits for each process that it started, and then it is among these.
    private static double ChildrensCpu() => GetUsage(Children, out var usage) == 0
        ? usage.UserSeconds + usage.SystemSeconds + ((usage.UserMicroseconds + usage.SystemMicroseconds) / 1e6)
        : throw new InvalidOperationException("The system does not tell what processes took.");

    [LibraryImport("libc", EntryPoint = "getrusage")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int GetUsage(int who, out Usage usage);

    [StructLayout(LayoutKind.Sequential, Size = 18 * sizeof(long))]
    private struct Usage
    {
        public long UserSeconds;
        public long UserMicroseconds;
        public long SystemSeconds;
        public long SystemMicroseconds;
    }
}
