using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Superhero.Testing;

namespace Superhero.Compose.Tests;

/// <summary>Runs the scaled deployment of the compose file without containers: the same commands and variables, each process
/// with a network of its own.</summary>
[Trait("Category", "Integration")]
public class ScaledTests
{
    private const int Games = 3;
    private static readonly ComposeFile Compose = ComposeFile.Read("docker-compose.redis.yml");

    [Fact]
    public async Task Scaled_workers_and_the_dashboard_form_one_cluster_and_write_each_game_once()
    {
        Assert.SkipUnless(await ContainerNetwork.IsAllowedAsync(), "This user may not create network namespaces on this machine.");
        string[] silos = ["worker-1", "worker-2", "dashboard"];
        using var output = new TemporaryFolder();
        await using var network = await ContainerNetwork.CreateAsync(["redis", "build_db", "server", "player", .. silos]);
        network.Start("redis", [.. Compose.Services["redis"].Command, "--dir", output.Path], Allowing(Compose.Services["redis"].Environment));
        var build = Start(network, "build_db", "build_db", output.Path);
        await Eventually.HoldsAsync(() => build.HasExited, () => $"the heroes in Redis; build_db says: {network.Log("build_db")}");
        Start(network, "server", "server", output.Path);
        foreach (var silo in silos)
        {
            Start(network, silo, silo.Split('-')[0], output.Path);
        }

        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        var environment = Compose.Services["dashboard"].Environment;
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{environment["DASHBOARD_USER"]}:{environment["DASHBOARD_PASSWORD"]}")));
        foreach (var silo in silos)
        {
            await WaitForAnswerAsync(http, network, silo, "/health/ready");
        }

        await WaitForAnswerAsync(http, network, "server", "", 5678, HttpStatusCode.NotFound);
        // The dashboard counts silos every few seconds.
        var expected = silos.Select(silo => network.Address(silo).ToString()).Order().ToList();
        List<string> addresses = [];
        await Eventually.HoldsAsync(
            async () => (addresses = await SilosAsync(http, Page(network, "dashboard", "/dashboard/DashboardCounters"))).SequenceEqual(expected),
            () => $"the silos {string.Join(", ", expected)} on the dashboard; it shows {string.Join(", ", addresses)}");

        // Three bots, as `--scale player=3` starts them.
        Start(network, "player", "player", output.Path, "--count", "3");
        string[] Podiums() => Directory.Exists(Path.Combine(output.Path, "superhero", "GAME_PODIUM"))
            ? Directory.GetFiles(Path.Combine(output.Path, "superhero", "GAME_PODIUM")) : [];
        await Eventually.HoldsAsync(() => Podiums().Length >= Games, () => $"{Games} games; there are {Podiums().Length}. The player says: {network.Log("player")}");
        Assert.Distinct(Podiums().Select(file => Path.GetFileName(file)[..36]));

        // The server writes one line for each event, and Kestrel has nothing to warn of.
        var lines = network.Log("server").Split('\n')[..^1];
        Assert.Contains(lines, line => line.StartsWith("info: Superhero.", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.StartsWith(' ') || line.StartsWith("warn: ", StringComparison.Ordinal) || line.StartsWith("fail: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Silos_in_a_network_with_IPv6_only_form_one_cluster_and_show_their_pages()
    {
        Assert.SkipUnless(await ContainerNetwork.IsAllowedAsync(), "This user may not create network namespaces on this machine.");
        string[] silos = ["worker-1", "worker-2"];
        using var output = new TemporaryFolder();
        await using var network = await ContainerNetwork.CreateAsync(hasIPv6Only: true, ["redis", .. silos]);
        network.Start("redis", ["redis-server", "--bind", "::", "--protected-mode", "no", "--save", "", "--dir", output.Path], new Dictionary<string, string>());
        foreach (var silo in silos)
        {
            network.Start(silo, ["dotnet", typeof(Silo.Hosting.SiloProgram).Assembly.Location], new Dictionary<string, string>
            {
                ["REDIS_HOST"] = "redis",
                ["SILO_HOST"] = "auto",
                ["HTTP_HOST"] = "::",
                ["OUTPUT_DIR"] = output.Path,
                ["DASHBOARD_USER"] = "ops",
                ["DASHBOARD_PASSWORD"] = "secret",
            });
        }

        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("ops:secret"u8));
        foreach (var silo in silos)
        {
            await WaitForAnswerAsync(http, network, silo, "/health/ready");
        }

        var hosts = 0;
        await Eventually.HoldsAsync(
            async () => (hosts = (await SilosAsync(http, Page(network, "worker-1", "/dashboard/DashboardCounters"))).Count) == 2,
            () => $"two silos on the dashboard; it shows {hosts}. {network.Log("worker-1")}");
    }

    private static async Task<List<string>> SilosAsync(HttpClient http, Uri dashboard)
    {
        using var counters = JsonDocument.Parse(await http.GetStringAsync(dashboard));
        return [.. counters.RootElement.GetProperty("hosts").EnumerateArray().Select(host => host.GetProperty("siloAddress").GetString()!.Split(':')[0]).Order()];
    }

    // The passwords are those of compose/.env.
    private static Dictionary<string, string> Allowing(IReadOnlyDictionary<string, string> variables) => variables.ToDictionary(
        variable => variable.Key, variable => variable.Key == "ALLOW_EXAMPLE_PASSWORDS" ? "True" : variable.Value);

    private static System.Diagnostics.Process Start(ContainerNetwork network, string name, string service, string output, params string[] arguments)
    {
        var variables = Allowing(Compose.Services[service].Environment);
        foreach (var (variable, value) in new[] { ("OUTPUT_DIR", output), ("SERVER_SLEEP", "0.1"), ("LOBBY_TIMEOUT", "1"), ("CLIENT_GAMES", "-1") })
        {
            if (variables.ContainsKey(variable))
            {
                variables[variable] = value;
            }
        }

        // Without it a silo chooses the address from which it reaches Redis.
        variables.Remove("SILO_HOST");
        return network.Start(
            name,
            [.. Compose.Services[service].Command.Select(part => part.Replace("/app/", AppContext.BaseDirectory, StringComparison.Ordinal)), .. arguments],
            variables);
    }

    private static Uri Page(ContainerNetwork network, string name, string path, int port = 8080) => new UriBuilder(Uri.UriSchemeHttp, $"{network.Address(name)}", port, path).Uri;

    private static async Task WaitForAnswerAsync(
        HttpClient http, ContainerNetwork network, string name, string path, int port = 8080, HttpStatusCode expected = HttpStatusCode.OK)
    {
        var last = "";
        await Eventually.HoldsAsync(AnswersAsync, () => $"{name} to answer {expected}; the last answer was {last}. It says: {network.Log(name)}");

        async Task<bool> AnswersAsync()
        {
            try
            {
                using var response = await http.GetAsync(Page(network, name, path, port));
                last = $"{response.StatusCode}";
                return response.StatusCode == expected;
            }
            catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
            {
                last = exception.Message;
                return false;
            }
        }
    }
}
