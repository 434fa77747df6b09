using Superhero.Testing;

namespace Superhero.Containers;

/// <summary>The Compose deployment, built and started by the documented commands, with a project name and ports of its own.</summary>
public sealed class Deployment : IAsyncLifetime
{
    public const int Workers = 4;
    public const int Players = 10;
    public const string Compose = $"docker compose {EnvFile}-f compose/docker-compose.redis.yml";
    private const string EnvFile = "--env-file compose/.env.mine ";
    private const string Project = "superhero-test";

    private static readonly Dictionary<string, string> Variables = new()
    {
        ["COMPOSE_PROJECT_NAME"] = Project,
        ["ALLOW_EXAMPLE_PASSWORDS"] = "True",
        ["WORKERS"] = $"{Workers}",
        ["PLAYERS"] = $"{Players}",
        ["DASHBOARD_PORT"] = "0",
        ["SERVER_PORT"] = "0",
        ["PROMETHEUS_PORT"] = "0",
        ["GRAFANA_PORT"] = "0",
        ["REDIS_EXPIRY"] = "2",
        ["CLIENT_GAMES"] = "15",
    };

    private static readonly Lazy<string> Documents = new(() => string.Concat(
        new[] { "README.md", "docs/operations.md" }.Select(file => File.ReadAllText(Path.Combine(Repository.Root, file)))));

    /// <summary>Whether there is an engine to start it on.</summary>
    public bool IsThere { get; private set; }

    /// <inheritdoc />
    public async ValueTask InitializeAsync()
    {
        IsThere = await Engine.IsThereAsync();
        if (!IsThere)
        {
            return;
        }

        await RunDocumentedAsync("docker-compose --env-file .env -f compose/docker-compose.redis.yml build");
        await RunAsync($"{Compose} down --volumes");
        await RunDocumentedAsync("docker-compose --env-file .env -f compose/docker-compose.redis.yml up -d redis build_db");
        await RunDocumentedAsync(
            "docker-compose --env-file .env -f compose/docker-compose.redis.yml up --scale worker=${WORKERS} --scale player=${PLAYERS}", " -d");
        await Eventually.HoldsAsync(
            async () => (await Engine.TryAsync($"docker exec {Project}-worker-1 ls data/superhero/GAME_PODIUM | grep parquet")).ExitCode == 0,
            () => "a first table");
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (IsThere)
        {
            await RunAsync($"{Compose} down --volumes --remove-orphans");
        }
    }

    /// <summary>Runs a command on the deployment, with the passwords of compose/.env.</summary>
    /// <returns>Its output.</returns>
    public static Task<string> RunAsync(string command) => Engine.RunAsync(command.Replace(EnvFile, "", StringComparison.Ordinal), Variables);

    /// <summary>Runs a documented command, with the names of this deployment's containers.</summary>
    public static Task<string> RunDocumentedAsync(string command, string options = "")
    {
        Assert.Contains($"\n{command}\n", Documents.Value, StringComparison.Ordinal);
        return RunAsync(command.Replace("docker-compose ", "docker compose ", StringComparison.Ordinal)
            .Replace(" compose-worker-", $" {Project}-worker-", StringComparison.Ordinal) + options);
    }

    /// <summary>The containers of some services.</summary>
    public static async Task<IReadOnlyList<Container>> ContainersAsync(params string[] services)
    {
        var ids = (await RunAsync($"{Compose} ps --all --quiet {string.Join(' ', services)}")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. (await Task.WhenAll(ids.Select(Engine.InspectAsync))).Select(container => new Container(container))];
    }
}
