using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Superhero.Testing;

/// <summary>A program that ran to its end.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">The standard output.</param>
/// <param name="Error">The standard error.</param>
public sealed record ProgramRun(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <summary>The standard output.</summary>
    /// <exception cref="InvalidOperationException">The program failed.</exception>
    public string SuccessfulOutput => ExitCode == 0 ? Output : throw new InvalidOperationException($"Exit code {ExitCode}: {Output}{Error}");

    /// <summary>Runs a program.</summary>
    /// <param name="start">How to start it.</param>
    /// <param name="input">Its standard input.</param>
    /// <exception cref="TimeoutException">The program did not end within three minutes; it is killed.</exception>
    /// <exception cref="Win32Exception">There is no such program.</exception>
    public static async Task<ProgramRun> RunAsync(ProcessStartInfo start, string input = "")
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var (output, error) = (Collect(line => process.OutputDataReceived += line), Collect(line => process.ErrorDataReceived += line));
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException(
                $"{start.FileName} {string.Join(' ', start.ArgumentList)} did not end within {Limit.TotalMinutes} minutes. It printed: {Text(output)}{Text(error)}");
        }

        return new ProgramRun(process.ExitCode, Text(output), Text(error));
    }

    /// <summary>Runs a program without input.</summary>
    public static Task<ProgramRun> RunAsync(string program, params IEnumerable<string> arguments) => RunAsync(new ProcessStartInfo(program, arguments));

    private static StringBuilder Collect(Action<DataReceivedEventHandler> subscribe)
    {
        var text = new StringBuilder();
        subscribe((_, line) =>
        {
            lock (text)
            {
                text.Append(line.Data).Append(line.Data is null ? "" : "\n");
            }
        });
        return text;
    }

    private static string Text(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }
}
