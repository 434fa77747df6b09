using System.Diagnostics;
using System.Text.Json;
using Superhero.Testing;

namespace Superhero.Containers;

/// <summary>The container engine that the environment names, with DOCKER_HOST and the like, asked by its own commands.</summary>
public static class Engine
{
    /// <summary>Whether there is one, with Compose.</summary>
    public static async Task<bool> IsThereAsync() => (await TryAsync("docker info && docker compose version")).ExitCode == 0;

    /// <summary>Runs a command of the shell in the project's folder.</summary>
    /// <returns>All that it said.</returns>
    public static async Task<string> RunAsync(string command, IReadOnlyDictionary<string, string>? variables = null)
    {
        var (exitCode, output) = await TryAsync(command, variables);
        Assert.True(exitCode == 0, $"{command}: {exitCode}\n{output}");
        return output.Trim();
    }

    /// <summary>The same, where the command may fail.</summary>
    public static async Task<(int ExitCode, string Output)> TryAsync(string command, IReadOnlyDictionary<string, string>? variables = null)
    {
        var start = new ProcessStartInfo("sh", ["-c", $"exec 2>&1; {command}"]) { RedirectStandardOutput = true, WorkingDirectory = Repository.Root };
        foreach (var (name, value) in variables ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }

    /// <summary>What the engine knows of a container or an image.</summary>
    public static async Task<JsonElement> InspectAsync(string name) => JsonDocument.Parse(await RunAsync($"docker inspect {name}")).RootElement[0];
}
