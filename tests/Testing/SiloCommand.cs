using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Superhero.Demo;
using Superhero.Redis;
using Superhero.Silo.Commands;
using Superhero.Silo.Hosting;

namespace Superhero.Testing;

/// <summary>Runs the silo's commands through the executable's entry point, within the test's process; or as the executable itself.</summary>
public static class SiloCommand
{
    // A silo that is to refuse its settings does so long before.
    private static readonly TimeSpan RefusalLimit = TimeSpan.FromSeconds(60);

    /// <summary>Runs a command to its end.</summary>
    /// <param name="redis">The Redis that it uses.</param>
    /// <param name="arguments">The command.</param>
    /// <returns>Its exit code, and what it printed to both outputs.</returns>
    public static Task<(int ExitCode, string Output)> RunAsync(RedisOptions redis, params string[] arguments) => RunAsync(redis, [], arguments);

    /// <summary>The same, with other settings on top.</summary>
    public static Task<(int ExitCode, string Output)> RunAsync(
        RedisOptions redis, IEnumerable<(string Name, string Value)> settings, params string[] arguments) =>
        RunAsync(SettingsOf(redis, settings), TestContext.Current.CancellationToken, arguments);

    /// <summary>Starts a silo that is to refuse its settings.</summary>
    /// <param name="settings">Names and values in turn.</param>
    public static async Task<(int ExitCode, string Output)> RunSiloAsync(params string[] settings)
    {
        using var limit = new CancellationTokenSource(RefusalLimit);
        return await RunAsync(settings.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]), limit.Token);
    }

    /// <summary>Runs the executable to its end.</summary>
    public static Task<(int ExitCode, string Output)> RunExecutableAsync(
        RedisOptions redis, IEnumerable<(string Name, string Value)> settings, params string[] arguments) =>
        RunProcessAsync(SiloProcess.StartInfo(typeof(SiloProgram).Assembly.Location, SettingsOf(redis, settings), arguments));

    /// <summary>Runs any program to its end, and kills it if it does not end.</summary>
    /// <param name="start">The program.</param>
    /// <param name="input">Its standard input.</param>
    /// <returns>Its exit code, and what it printed to both outputs.</returns>
    public static async Task<(int ExitCode, string Output)> RunProcessAsync(ProcessStartInfo start, string input = "")
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            var outputs = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync()).WaitAsync(Eventually.Limit);
            await process.WaitForExitAsync().WaitAsync(Eventually.Limit);
            return (process.ExitCode, string.Concat(outputs));
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{start.FileName} {string.Join(' ', start.ArgumentList)} did not end within {Eventually.Limit.TotalSeconds} s.");
        }
    }

    /// <summary>Runs the executable without root's right to ignore the modes of files.</summary>
    public static Task<(int ExitCode, string Output)> RunUnprivilegedAsync(params string[] arguments) => RunUnprivilegedAsync([], arguments);

    /// <summary>Starts a silo that is to refuse a folder that it may not write.</summary>
    public static Task<(int ExitCode, string Output)> RunSiloUnprivilegedAsync(params (string Name, string Value)[] settings) =>
        RunUnprivilegedAsync(settings, "--until-input-closes");

    private static async Task<(int ExitCode, string Output)> RunAsync(
        Dictionary<string, string> settings, CancellationToken cancellationToken, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var context = new CommandContext(
            new ConfigurationBuilder().AddInMemoryCollection(settings!).Build(), TextWriter.Synchronized(output), TextWriter.Synchronized(error));
        var exitCode = await Task.Run(
            () => SiloCommandLine.RunAsync(arguments, (silo, own) => silo.AddSilo(own), context, cancellationToken), cancellationToken);
        return (exitCode, $"{output}{error}");
    }

    private static Task<(int ExitCode, string Output)> RunUnprivilegedAsync((string Name, string Value)[] settings, params string[] arguments)
    {
        var start = SiloProcess.StartInfo(
            typeof(SiloProgram).Assembly.Location,
            settings.Append(("REDIS_PORT", $"{Ports.Free()}")).ToDictionary(setting => setting.Item1, setting => setting.Item2),
            arguments);
        if (Environment.UserName == "root")
        {
            foreach (var argument in (string[])[start.FileName, "--bounding-set=-dac_override,-dac_read_search"])
            {
                start.ArgumentList.Insert(0, argument);
            }

            start.FileName = "setpriv";
        }

        return RunProcessAsync(start);
    }

    private static Dictionary<string, string> SettingsOf(RedisOptions redis, IEnumerable<(string Name, string Value)> settings)
    {
        var all = new Dictionary<string, string>
        {
            ["REDIS_HOST"] = redis.Host,
            ["REDIS_PORT"] = redis.Port.ToString(CultureInfo.InvariantCulture),
            ["REDIS_SENTINEL"] = redis.Sentinel ?? "",
        };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        return all;
    }
}
