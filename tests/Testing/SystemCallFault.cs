using System.Diagnostics;
using System.Globalization;

namespace Superhero.Testing;

/// <summary>Makes system calls of a process fail, as odd disks do, until it is disposed. It runs strace.</summary>
public sealed class SystemCallFault : IAsyncDisposable
{
    // A process can have one tracer only, and several tests trace their own.
    private static readonly SemaphoreSlim Tracer = new(1);

    private readonly Process _strace;

    private SystemCallFault(Process strace) => _strace = strace;

    /// <summary>Makes calls fail from now on.</summary>
    /// <param name="process">The process.</param>
    /// <param name="calls">The calls, separated by commas.</param>
    /// <param name="error">The name of the error, such as EXDEV.</param>
    /// <param name="paths">The only files whose calls fail; none for all.</param>
    public static async Task<SystemCallFault> StartAsync(Process process, string calls, string error, params string[] paths)
    {
        if (!await Tracer.WaitAsync(Eventually.Limit))
        {
            throw new TimeoutException($"Waited {Eventually.Limit.TotalSeconds} s for another test to end its tracing.");
        }

        var strace = Process.Start(new ProcessStartInfo(
            "strace",
            [
                "-f", "-o", "/dev/null", "-p", process.Id.ToString(CultureInfo.InvariantCulture), "-e", $"trace={calls}", "-e", $"inject={calls}:error={error}",
                .. paths.SelectMany(path => new[] { "-P", path }),
            ])
        {
            RedirectStandardError = true,
        })!;
        List<string> said = [];
        while (await strace.StandardError.ReadLineAsync().WaitAsync(Eventually.Limit) is { } line)
        {
            said.Add(line);
            if (line.Contains("attached", StringComparison.Ordinal))
            {
                return new SystemCallFault(strace);
            }
        }

        Tracer.Release();
        throw new InvalidOperationException($"strace can't be had, or may not look at the process: {string.Join(' ', said)}");
    }

    public async ValueTask DisposeAsync()
    {
        // strace lets the process go on, which it does not if it is killed.
        using var kill = Process.Start("kill", ["-TERM", _strace.Id.ToString(CultureInfo.InvariantCulture)]);
        await _strace.WaitForExitAsync().WaitAsync(Eventually.Limit);
        _strace.Dispose();
        Tracer.Release();
    }
}
