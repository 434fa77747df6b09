using System.Diagnostics;
using System.Globalization;
using Superhero.Redis;
using Superhero.Silo.Demo;

namespace Superhero.Testing;

/// <summary>Runs the silo's commands, each in a process of its own.</summary>
public static class SiloCommand
{
    /// <summary>Runs a command to its end.</summary>
    /// <param name="redis">The Redis that it uses.</param>
    /// <param name="arguments">The command.</param>
    /// <returns>Its exit code, and what it printed to both outputs.</returns>
    public static Task<(int ExitCode, string Output)> Run(RedisOptions redis, params string[] arguments) => Run(redis, [], arguments);

    /// <summary>The same, with other variables beside Redis'.</summary>
    public static async Task<(int ExitCode, string Output)> Run(
        RedisOptions redis, IEnumerable<(string Name, string Value)> variables, params string[] arguments)
    {
        var start = SiloProcess.StartInfo(
            typeof(SiloProcess).Assembly.Location,
            new Dictionary<string, string>
            {
                ["REDIS_HOST"] = redis.Host,
                ["REDIS_PORT"] = redis.Port.ToString(CultureInfo.InvariantCulture),
            },
            arguments);
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var outputs = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Concat(outputs));
    }
}
