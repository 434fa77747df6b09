using System.Globalization;
using Microsoft.Extensions.Configuration;
using Superhero.Redis;
using Superhero.Silo.Commands;
using Superhero.Silo.Hosting;

namespace Superhero.Testing;

/// <summary>Runs the silo's commands through the executable's entry point, within the test's process.</summary>
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

    /// <summary>The settings of a command that uses a Redis, with others on top.</summary>
    internal static Dictionary<string, string> SettingsOf(RedisOptions redis, IEnumerable<(string Name, string Value)> settings)
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
