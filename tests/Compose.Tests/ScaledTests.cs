using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Superhero.Testing;

namespace Superhero.Compose.Tests;

/// <summary>The scaled deployment, as its compose file says it: the same processes with the same commands and variables,
/// each with a network of its own.</summary>
[Trait("Category", "Integration")]
public class ScaledTests
{
    private const int Games = 3;
    private static readonly ComposeFile Compose = ComposeFile.Read("docker-compose.redis.yml");

    [Fact]
    public async Task Four_workers_and_the_dashboard_form_one_cluster_across_their_addresses_and_do_each_game_once()
    {
        Assert.SkipUnless(await ContainerNetwork.IsAllowedAsync(), "This machine lets this user make no network namespaces.");
        string[] silos = ["worker-1", "worker-2", "worker-3", "worker-4", "dashboard"];
        string[] players = ["player-1", "player-2", "player-3"];
        using var output = new TemporaryFolder();
        await using var network = await ContainerNetwork.CreateAsync(["redis", "build_db", "server", .. silos, .. players]);
        network.Start("redis", [.. Compose.Services["redis"].Command, "--dir", output.Path], Compose.Services["redis"].Environment);
        await Start(network, "build_db", "build_db", output.Path).WaitForExitAsync(TestContext.Current.CancellationToken);
        Start(network, "server", "server", output.Path);
        foreach (var silo in silos)
        {
            Start(network, silo, silo.Split('-')[0], output.Path);
        }

        using var http = new HttpClient();
        var environment = Compose.Services["dashboard"].Environment;
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{environment["DASHBOARD_USER"]}:{environment["DASHBOARD_PASSWORD"]}")));
        foreach (var silo in silos)
        {
            await Eventually.HoldsAsync(() => AnswersAsync(http, network, silo, "/health/ready"), () => $"{silo} to be ready; it says: {network.Log(silo)}");
        }

        await Eventually.HoldsAsync(
            () => AnswersAsync(http, network, "server", "", 5678, HttpStatusCode.NotFound), () => $"the server to answer; it says: {network.Log("server")}");
        using var counters = JsonDocument.Parse(await http.GetStringAsync(
            Page(network, "dashboard", "/dashboard/DashboardCounters"), TestContext.Current.CancellationToken));
        var addresses = counters.RootElement.GetProperty("hosts").EnumerateArray()
            .Select(host => host.GetProperty("siloAddress").GetString()!.Split(':')[0]).Order().ToList();
        Assert.Equal(silos.Select(silo => network.Address(silo).ToString()).Order(), addresses);

        foreach (var player in players)
        {
            Start(network, player, "player", output.Path);
        }

        string[] Podiums() => Directory.Exists(Path.Combine(output.Path, "superhero", "GAME_PODIUM"))
            ? Directory.GetFiles(Path.Combine(output.Path, "superhero", "GAME_PODIUM")) : [];
        await Eventually.HoldsAsync(() => Podiums().Length >= Games, () => $"{Games} games; there are {Podiums().Length}. A player says: {network.Log(players[0])}");
        var games = Podiums().Select(file => Path.GetFileName(file)[..36]).ToList();
        Assert.Equal(games.Distinct().Count(), games.Count);
    }

    private static System.Diagnostics.Process Start(ContainerNetwork network, string name, string service, string output)
    {
        var variables = new Dictionary<string, string>(Compose.Services[service].Environment);
        foreach (var (variable, value) in new[] { ("OUTPUT_DIR", output), ("SERVER_SLEEP", "0.1"), ("LOBBY_TIMEOUT", "1"), ("CLIENT_GAMES", "-1") })
        {
            if (variables.ContainsKey(variable))
            {
                variables[variable] = value;
            }
        }

        // Where Redis is on another machine, they find addresses by themselves.
        variables.Remove("SILO_HOST");
        return network.Start(
            name,
            [.. Compose.Services[service].Command.Select(part => part.Replace("/app/", AppContext.BaseDirectory, StringComparison.Ordinal))],
            variables);
    }

    private static Uri Page(ContainerNetwork network, string name, string path, int port = 8080) => new($"http://{network.Address(name)}:{port}{path}");

    private static async Task<bool> AnswersAsync(
        HttpClient http, ContainerNetwork network, string name, string path, int port = 8080, HttpStatusCode expected = HttpStatusCode.OK)
    {
        try
        {
            using var response = await http.GetAsync(Page(network, name, path, port));
            return response.StatusCode == expected;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
