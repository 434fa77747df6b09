using System.Diagnostics;
using System.Text.RegularExpressions;
using Superhero.Silo.Hosting;

namespace Superhero.Demo;

/// <summary>A silo in a process of its own, which stops when this program does.</summary>
public sealed partial class SiloProcess : IAsyncDisposable
{
    private readonly StreamWriter _log;
    private readonly TaskCompletionSource<Uri> _dashboard = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isDisposed;

    private SiloProcess(Process process, StreamWriter log)
    {
        Process = process;
        _log = log;
    }

    /// <summary>The process.</summary>
    public Process Process { get; }

    /// <summary>Where its dashboard is, once the silo has said so; it chooses the port itself.</summary>
    public Task<Uri> Dashboard => _dashboard.Task;

    /// <summary>Starts a silo.</summary>
    /// <param name="variables">Its settings; those that this process has of its own do not count.</param>
    /// <param name="logFile">Where its output goes.</param>
    /// <param name="program">The assembly of a program that is a silo with something added; null for the silo itself.</param>
    public static SiloProcess Start(IReadOnlyDictionary<string, string> variables, string logFile, string? program = null) =>
        Start(StartInfo(program ?? typeof(SiloProgram).Assembly.Location, variables, "--until-input-closes"), logFile);

    /// <summary>Starts a silo that stops when its input closes.</summary>
    /// <param name="start">How to start it.</param>
    /// <param name="logFile">Where its output goes.</param>
    public static SiloProcess Start(ProcessStartInfo start, string logFile)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(logFile)!);
        start.RedirectStandardInput = true;
        var silo = new SiloProcess(Process.Start(start)!, new StreamWriter(logFile) { AutoFlush = true });
        silo.Process.OutputDataReceived += silo.Write;
        silo.Process.ErrorDataReceived += silo.Write;
        silo.Process.BeginOutputReadLine();
        silo.Process.BeginErrorReadLine();
        return silo;
    }

    /// <summary>How to start a program with settings of its own alone, and read what it says.</summary>
    /// <param name="program">Its assembly.</param>
    /// <param name="variables">Its settings; those that this process has of its own do not count.</param>
    /// <param name="arguments">Its command line.</param>
    public static ProcessStartInfo StartInfo(
        string program, IReadOnlyDictionary<string, string> variables, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in SiloSettings.All.Variables)
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    /// <summary>Lets the silo stop in order.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        Process.StandardInput.Close();
        await Process.WaitForExitAsync();
        return Process.ExitCode;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (!Process.HasExited)
        {
            await StopAsync();
        }

        // The last lines may arrive after the process has ended.
        lock (_log)
        {
            _isDisposed = true;
        }

        Process.Dispose();
        await _log.DisposeAsync();
    }

    [GeneratedRegex(@"https?://\S+/dashboard")]
    private static partial Regex Address();

    private void Write(object sender, DataReceivedEventArgs line)
    {
        lock (_log)
        {
            if (_isDisposed)
            {
                return;
            }

            _log.WriteLine(line.Data);
        }

        if (!_dashboard.Task.IsCompleted && Address().Match(line.Data ?? "") is { Success: true } address)
        {
            _dashboard.TrySetResult(new Uri(address.Value));
        }
    }
}
