using System.Diagnostics;
using System.Globalization;
using Superhero.Demo;
using Superhero.Redis;
using Superhero.Silo.Hosting;

namespace Superhero.Testing;

/// <summary>Runs the silo's commands, each in a process of its own.</summary>
public static class SiloCommand
{
    /// <summary>Runs a command to its end.</summary>
    /// <param name="redis">The Redis that it uses.</param>
    /// <param name="arguments">The command.</param>
    /// <returns>Its exit code, and what it printed to both outputs.</returns>
    public static Task<(int ExitCode, string Output)> RunAsync(RedisOptions redis, params string[] arguments) => RunAsync(redis, [], arguments);

    /// <summary>Starts a silo that is to refuse its settings; one that does not is stopped again.</summary>
    /// <param name="settings">Names and values in turn.</param>
    public static Task<(int ExitCode, string Output)> RunSiloAsync(params string[] settings) =>
        RunAsync(new RedisOptions(), settings.Chunk(2).Select(pair => (pair[0], pair[1])), "--until-input-closes");

    /// <summary>Runs a command for which files' modes count, as they do not for root.</summary>
    public static Task<(int ExitCode, string Output)> RunUnprivilegedAsync(params string[] arguments) => RunUnprivilegedAsync([], arguments);

    /// <summary>Starts a silo that is to refuse a folder that it may not write.</summary>
    public static Task<(int ExitCode, string Output)> RunSiloUnprivilegedAsync(params (string Name, string Value)[] settings) =>
        RunUnprivilegedAsync(settings, "--until-input-closes");

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

        return RunAsync(start);
    }

    /// <summary>The same as <see cref="RunAsync(RedisOptions, string[])"/>, with other variables beside Redis'.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        RedisOptions redis, IEnumerable<(string Name, string Value)> variables, params string[] arguments)
    {
        var start = SiloProcess.StartInfo(
            typeof(SiloProgram).Assembly.Location,
            new Dictionary<string, string>
            {
                ["REDIS_HOST"] = redis.Host,
                ["REDIS_PORT"] = redis.Port.ToString(CultureInfo.InvariantCulture),
                ["REDIS_SENTINEL"] = redis.Sentinel ?? "",
            },
            arguments);
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        return await RunAsync(start);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(ProcessStartInfo start)
    {
        start.RedirectStandardInput = true;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var outputs = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Concat(outputs));
    }
}
