using System.Diagnostics;
using System.Text.Json;
using Superhero.Testing;

namespace Superhero.Containers;

/// <summary>The container engine that variables such as DOCKER_HOST name, through its own commands.</summary>
public static class Engine
{
    // The slowest command builds both images without a network.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <summary>Whether there is one, with Compose.</summary>
    public static async Task<bool> IsThereAsync() => (await TryAsync("docker info && docker compose version")).ExitCode == 0;

    /// <summary>Runs a command of the shell in the project's folder.</summary>
    /// <returns>Its output.</returns>
    public static async Task<string> RunAsync(string command, IReadOnlyDictionary<string, string>? variables = null)
    {
        var (exitCode, output) = await TryAsync(command, variables);
        Assert.True(exitCode == 0, $"{command}: {exitCode}\n{output}");
        return output.Trim();
    }

    /// <summary>Runs a command that may fail.</summary>
    public static async Task<(int ExitCode, string Output)> TryAsync(string command, IReadOnlyDictionary<string, string>? variables = null)
    {
        var start = new ProcessStartInfo("sh", ["-c", $"exec 2>&1; {command}"]) { RedirectStandardOutput = true, WorkingDirectory = Repository.Root };
        foreach (var (name, value) in variables ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        try
        {
            var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(Limit);
            await process.WaitForExitAsync().WaitAsync(Limit);
            return (process.ExitCode, output);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{command} did not end within {Limit.TotalMinutes} minutes.");
        }
    }

    /// <summary>Inspects a container or an image.</summary>
    public static async Task<JsonElement> InspectAsync(string name) => JsonDocument.Parse(await RunAsync($"docker inspect {name}")).RootElement[0];
}
