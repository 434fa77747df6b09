using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Superhero.Testing;

namespace Superhero.Containers;

/// <summary>An operator scales, kills, upgrades and stops the deployment while bots play. Each game is still processed once.</summary>
[Collection<OneDeployment>]
[TestMethodOrderer(typeof(AsWritten))]
public partial class DeploymentTests
{
    private static readonly string[] Silos = ["worker", "dashboard"];
    private static readonly string[] Ours = [.. Silos, "server", "player"];

    public DeploymentTests(Deployment deployment) => Assert.SkipUnless(deployment.IsThere, "There is no container engine.");

    [Fact]
    public Task Workers_and_dashboard_form_one_cluster() => FormOneClusterAsync(Deployment.Workers + 1);

    [Fact]
    public async Task Container_runs_without_root_capabilities_or_a_writable_image()
    {
        foreach (var container in (await Deployment.ContainersAsync(Ours)).Where(container => container.IsRunning))
        {
            var rights = await Engine.RunAsync($"docker exec {container.Id} sh -c 'id -u; grep -E \"^(CapBnd|NoNewPrivs):\" /proc/1/status'");
            Assert.Equal(["1654", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1"], rights.Split('\n'));
            Assert.Contains("Read-only file system", (await Engine.TryAsync($"docker exec {container.Id} touch /app/new")).Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Documented_commands_work_in_a_silo_s_container()
    {
        Assert.Contains(".parquet", await Deployment.RunDocumentedAsync("docker exec compose-worker-1 ls data/superhero/GAME_PODIUM"), StringComparison.Ordinal);
        Assert.Contains("all is well", await RunAsync("verify"), StringComparison.Ordinal);
        Assert.Contains("all games", await RunAsync("report --since 7d"), StringComparison.Ordinal);
        Assert.Contains("0 games", await RunAsync("quarantine list"), StringComparison.Ordinal);

        static Task<string> RunAsync(string command) => Deployment.RunDocumentedAsync($"{Deployment.Compose} exec dashboard dotnet /app/Superhero.Silo.dll {command}");
    }

    // Prometheus runs in the image of the simulator, so that the test needs only its program.
    [Fact]
    public async Task Prometheus_scrapes_each_silo()
    {
        var program = await Engine.RunAsync("command -v prometheus");
        using var composed = JsonDocument.Parse(
            await Deployment.RunAsync($"{Deployment.Compose} -f compose/docker-compose.monitoring.yml config --format json"));
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "prometheus.yml");
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "password"), "change-me", TestContext.Current.CancellationToken);

        // Debian's Prometheus is older than the deployment's, and knows no file for the name.
        var configuration = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "compose", "prometheus", "prometheus.yml"), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            file,
            configuration.Replace("username_file: /run/secrets/dashboard-user", "username: admin", StringComparison.Ordinal)
                .Replace("/run/secrets/dashboard-password", "/password", StringComparison.Ordinal),
            TestContext.Current.CancellationToken);
        var network = composed.RootElement.GetProperty("networks").GetProperty("default").GetProperty("name").GetString();
        var container = await Engine.RunAsync(
            $"docker run --detach --network {network} --user 0 --tmpfs /tmp --volume {program}:/prometheus:ro --volume {file}:/prometheus.yml:ro --volume {folder.Path}/password:/password:ro"
            + " --entrypoint /prometheus superhero-orleans-simulator --config.file=/prometheus.yml --storage.tsdb.path=/tmp");
        try
        {
            var answer = "";
            await Eventually.HoldsAsync(
                async () => (await Engine.TryAsync($"docker exec {container} curl --silent --show-error http://localhost:9090/api/v1/targets")) is (0, var targets)
                    && Up().Count(answer = targets) == Deployment.Workers + 1,
                () => $"all targets to be up; the answer of Prometheus is {answer}");
        }
        finally
        {
            await Engine.RunAsync($"docker rm --force {container}");
        }
    }

    [Fact]
    public async Task Scaling_recreates_no_container()
    {
        var before = await IdsAsync();
        await ScaleAsync(2);
        await FormOneClusterAsync(3);
        Assert.Empty((await IdsAsync()).Except(before));
        await ScaleAsync(6);
        await FormOneClusterAsync(7);
        await ScaleAsync(Deployment.Workers);
        Assert.Equal(3, before.Intersect(await IdsAsync()).Count());

        static async Task<HashSet<string>> IdsAsync() => [.. (await Deployment.ContainersAsync(Silos)).Select(container => container.Id)];
    }

    [Fact]
    public async Task Killed_silo_leaves_the_cluster_and_is_replaced()
    {
        await Engine.RunAsync($"docker kill {(await Deployment.ContainersAsync("worker"))[0].Id}");
        await FormOneClusterAsync(Deployment.Workers);
        await ScaleAsync(Deployment.Workers);
        await FormOneClusterAsync(Deployment.Workers + 1);
    }

    [Fact]
    public async Task Documented_upgrade_replaces_every_silo()
    {
        var old = await Deployment.ContainersAsync("worker");
        await Engine.RunAsync("echo 'FROM superhero-orleans-silo\nLABEL release=next' | docker build --quiet --tag superhero-orleans-silo -");
        await Deployment.RunDocumentedAsync($"{Deployment.Compose} up -d --wait --no-recreate --scale worker=8 worker");
        await FormOneClusterAsync(9);
        Assert.Empty(old.Select(worker => worker.Id).Except((await Deployment.ContainersAsync("worker")).Select(worker => worker.Id)));
        await Deployment.RunDocumentedAsync("docker stop compose-worker-1 compose-worker-2 compose-worker-3 compose-worker-4");
        Assert.All(await Deployment.ContainersAsync("worker"), worker => Assert.Equal(0, worker.ExitCode));
        await Deployment.RunDocumentedAsync("docker rm compose-worker-1 compose-worker-2 compose-worker-3 compose-worker-4");
        await Deployment.RunDocumentedAsync($"{Deployment.Compose} up -d --wait --no-deps dashboard");
        await FormOneClusterAsync(5);
        var release = (await Engine.InspectAsync("superhero-orleans-silo")).GetProperty("Id").GetString();
        Assert.All(await Deployment.ContainersAsync(Silos), silo => Assert.Equal(release, silo.Image));
    }

    [Fact]
    public async Task Every_played_game_is_in_the_tables_once_and_not_in_Redis()
    {
        var players = await Deployment.ContainersAsync("player");
        Assert.Equal(Deployment.Players, players.Count);
        Assert.All((await Engine.RunAsync($"timeout 300 docker wait {string.Join(' ', players.Select(player => player.Id))}")).Split('\n'), code => Assert.Equal("0", code));

        var played = Started().Matches(await Deployment.RunAsync($"{Deployment.Compose} logs --no-log-prefix server")).Select(match => match.Groups[1].Value).ToHashSet();
        Assert.NotEmpty(played);
        string[] done = [];
        await Eventually.HoldsAsync(
            async () => (done = await TokensAsync("GAME_PODIUM")).Length >= played.Count, () => $"{played.Count} games; there are {done.Length}");
        Assert.Equal(played.Order(), done.Order());
        Assert.Equal(played.Order(), (await TokensAsync("GAME_META")).Order());
        var keys = "";
        await Eventually.HoldsAsync(
            async () => (keys = string.Join('\n', Key().Matches(await Deployment.RunAsync($"{Deployment.Compose} exec redis redis-cli --scan")))).Length == 0,
            () => $"no keys of games; there are {keys}");

        static async Task<string[]> TokensAsync(string table) =>
            [.. (await Deployment.RunAsync($"{Deployment.Compose} exec dashboard ls data/superhero/{table}")).Split('\n').Select(file => file[..36])];
    }

    [Fact]
    public async Task Stop_ends_every_container_with_exit_code_0()
    {
        await Deployment.RunAsync($"{Deployment.Compose} stop");
        Assert.All(await Deployment.ContainersAsync(), container => Assert.True(container is { IsRunning: false, ExitCode: 0 }, $"{container}: {container.ExitCode}"));
    }

    [Fact]
    public async Task Silos_exit_before_the_engine_kills_them_if_Redis_stops_first()
    {
        await Deployment.RunAsync($"{Deployment.Compose} start redis worker dashboard");
        await FormOneClusterAsync(Deployment.Workers + 1);
        await Deployment.RunAsync($"{Deployment.Compose} stop redis");
        var stopping = Stopwatch.StartNew();
        await Deployment.RunAsync($"{Deployment.Compose} stop");
        Assert.InRange(stopping.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(25));
        Assert.All(await Deployment.ContainersAsync(Silos), silo => Assert.Equal(1, silo.ExitCode));
    }

    // Scales only the workers: the bots have ended, and another start would let them play again.
    private static Task<string> ScaleAsync(int workers) => Deployment.RunAsync($"{Deployment.Compose} up -d --no-recreate --scale worker={workers} worker");

    // The active silos are exactly the containers that run.
    private static async Task FormOneClusterAsync(int silos)
    {
        IReadOnlyList<string> running = [], active = [];
        await Eventually.HoldsAsync(
            async () =>
            {
                running = [.. (await Deployment.ContainersAsync(Silos)).Where(silo => silo.IsRunning).Select(silo => silo.Address).Order()];
                active = await ActiveAsync();
                return running.Count == silos && running.SequenceEqual(active);
            },
            () => $"{silos} silos; active are {string.Join(", ", active)}, and {string.Join(", ", running)} run");
    }

    private static async Task<IReadOnlyList<string>> ActiveAsync()
    {
        var (exitCode, answer) = await Engine.TryAsync(
            $"docker exec {(await Deployment.ContainersAsync("dashboard")).Single().Id} curl --fail --silent --user admin:change-me http://localhost:8080/dashboard/DashboardCounters");
        return exitCode != 0 ? [] : [.. JsonDocument.Parse(answer).RootElement.GetProperty("hosts").EnumerateArray()
            .Where(host => host.GetProperty("status").GetString() == "Active")
            .Select(host => host.GetProperty("siloAddress").GetString()!.Split(':')[0]).Order()];
    }

    [GeneratedRegex(".*[0-9a-f-]{36}.*")]
    private static partial Regex Key();

    [GeneratedRegex("\"health\":\"up\"")]
    private static partial Regex Up();

    [GeneratedRegex("Starting Match, game ([0-9a-f-]{36})")]
    private static partial Regex Started();
}
