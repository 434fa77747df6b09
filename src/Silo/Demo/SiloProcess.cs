using System.Diagnostics;

namespace Superhero.Silo.Demo;

/// <summary>A silo in a process of its own, which stops when this program does.</summary>
public sealed class SiloProcess : IAsyncDisposable
{
    private readonly StreamWriter _log;

    private SiloProcess(Process process, StreamWriter log)
    {
        Process = process;
        _log = log;
    }

    /// <summary>The process.</summary>
    public Process Process { get; }

    /// <summary>Starts a silo.</summary>
    /// <param name="variables">Its environment variables, on top of this process' own.</param>
    /// <param name="logFile">Where its output goes.</param>
    public static SiloProcess Start(IReadOnlyDictionary<string, string> variables, string logFile)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(logFile)!);
        var start = new ProcessStartInfo("dotnet", [typeof(SiloProcess).Assembly.Location, "--until-input-closes"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        var log = new StreamWriter(logFile) { AutoFlush = true };
        var process = Process.Start(start)!;
        process.OutputDataReceived += Write;
        process.ErrorDataReceived += Write;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new SiloProcess(process, log);

        void Write(object sender, DataReceivedEventArgs line)
        {
            lock (log)
            {
                log.WriteLine(line.Data);
            }
        }
    }

    /// <summary>Lets the silo stop in order.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> Stop()
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
            await Stop();
        }

        Process.Dispose();
        await _log.DisposeAsync();
    }
}
