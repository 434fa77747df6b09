using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using StackExchange.Redis;
using Superhero.Demo;
using Superhero.Redis;

namespace Superhero.Testing;

/// <summary>Silo processes on one redis-server and one output folder.</summary>
public sealed class SiloCluster : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string> _variables;

    private SiloCluster(RealRedis redis, (string Name, string Value)[] variables)
    {
        Redis = redis;
        _variables = variables.GroupBy(variable => variable.Name).ToDictionary(named => named.Key, named => named.Last().Value);
    }

    public RealRedis Redis { get; }

    public List<SiloProcess> Silos { get; } = [];

    public string Output => _variables.GetValueOrDefault("OUTPUT_DIR") ?? Path.Combine(_folder.Path, "data");

    /// <summary>Starts silos on a redis-server of their own, and waits until all of them listen.</summary>
    public static async Task<SiloCluster> StartAsync(int silos, params (string Name, string Value)[] variables)
    {
        var cluster = On(await RealRedis.StartAsync(), variables);
        await cluster.LaunchAsync(silos);
        return cluster;
    }

    /// <summary>A cluster without silos yet, which owns the redis-server from now on.</summary>
    public static SiloCluster On(RealRedis redis, params (string Name, string Value)[] variables) => new(redis, variables);

    /// <summary>Starts the first silos, and waits until all of them listen.</summary>
    public async Task LaunchAsync(int silos, string? program = null)
    {
        for (var i = 0; i < silos; i++)
        {
            Launch(program);
        }

        await WaitUntilListeningAsync(silos);
    }

    /// <summary>Starts one more silo, with variables of its own on top.</summary>
    public SiloProcess Launch(params (string Name, string Value)[] variables) => Launch(program: null, variables);

    /// <summary>The same, for a program that is a silo with something added.</summary>
    public SiloProcess Launch(string? program, params (string Name, string Value)[] variables)
    {
        var merged = new Dictionary<string, string>
        {
            ["REDIS_HOST"] = Redis.Options.Host,
            ["REDIS_PORT"] = Redis.Options.Port.ToString(CultureInfo.InvariantCulture),
            ["REDIS_SENTINEL"] = Redis.Options.Sentinel ?? "",
            ["HOSTNAME"] = $"silo-{Silos.Count + 1}",
            ["OUTPUT_DIR"] = Output,
        };
        foreach (var (name, value) in _variables.Select(variable => (variable.Key, variable.Value)).Concat(variables))
        {
            merged[name] = value;
        }

        var silo = SiloProcess.Start(merged, LogOf(Silos.Count + 1), program);
        Silos.Add(silo);
        return silo;
    }

    /// <summary>Waits until that many silos listen, and all that run are up: they listen before that.</summary>
    public Task WaitUntilListeningAsync(int silos) => Eventually.HoldsAsync(
        () => Redis.Subscribers(LogChannel.Lobby) == silos
            && Silos.All(silo => silo.Dashboard.IsCompleted || silo.Process.HasExited),
        () => $"{silos} silos listening; they say: {string.Join('\n', Enumerable.Range(1, Silos.Count).Select(Log))}");

    /// <summary>Ends small games, and announces them, until it is enough.</summary>
    /// <param name="pace">The time from one to the next.</param>
    /// <param name="enough">Ends it.</param>
    public async Task<List<MadeGame>> PlayAsync(TimeSpan pace, CancellationToken enough)
    {
        List<MadeGame> games = [];
        using var timer = new PeriodicTimer(pace);
        try
        {
            while (await timer.WaitForNextTickAsync(enough))
            {
                games.Add(await new MadeGame(Redis.Database).PutAsync());
                await AnnounceAsync(games[^1].Keys.Token, MadeGame.User);
            }
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested)
        {
        }

        return games;
    }

    /// <summary>Waits until a silo's health is as expected.</summary>
    /// <returns>What the silo says about it.</returns>
    public static async Task<string> WaitForHealthAsync(SiloProcess silo, HttpStatusCode expected)
    {
        using var http = new HttpClient();
        var answer = "";
        await Eventually.HoldsAsync(
            async () =>
            {
                using var response = await http.GetAsync(new Uri(await silo.Dashboard, "/health/ready"));
                answer = await response.Content.ReadAsStringAsync();
                return response.StatusCode == expected;
            },
            () => $"health {expected}; the last answer is {answer}");
        return answer;
    }

    /// <summary>How many games have an activation, over all silos, by the dashboard's count.</summary>
    public async Task<long> GameActivationsAsync()
    {
        using var http = new HttpClient();
        using var counters = JsonDocument.Parse(
            await http.GetStringAsync(new Uri(await Silos[0].Dashboard, "/dashboard/DashboardCounters")));
        return counters.RootElement.GetProperty("simpleGrainStats").EnumerateArray()
            .Where(grain => grain.GetProperty("grainType").GetString()!.EndsWith(".GameGrain", StringComparison.Ordinal))
            .Sum(grain => grain.GetProperty("activationCount").GetInt64());
    }

    /// <summary>The metrics of all silos, as Prometheus reads them.</summary>
    public async Task<string> MetricsAsync()
    {
        using var http = new HttpClient();
        return string.Concat(await Task.WhenAll(Silos.Select(async silo => await http.GetStringAsync(new Uri(await silo.Dashboard, "/metrics")))));
    }

    /// <summary>The sum of a metric over all silos.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="label">A label, as the page writes it, that it must have.</param>
    public async Task<double> MetricAsync(string name, string label = "") => (await MetricsAsync()).Split('\n')
        .Where(line => line.StartsWith(name, StringComparison.Ordinal) && line[name.Length] is '{' or ' '
            && line.Contains(label, StringComparison.Ordinal))
        .Sum(line => double.Parse(line[(line.LastIndexOf('}') + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture));

    /// <summary>Announces the end of a game.</summary>
    public Task AnnounceAsync(string game, string user) => Redis.Connection.GetSubscriber().PublishAsync(
        RedisChannel.Literal(LogChannel.Lobby),
        $$$"""{"log_message": "Cleaning Game Records", "task": {"game_token": "{{{game}}}", "user_token": "{{{user}}}"}}""");

    /// <summary>What a silo has said so far; the first is 1.</summary>
    public string Log(int silo)
    {
        using var reader = new StreamReader(new FileStream(LogOf(silo), FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    /// <summary>The files of a table.</summary>
    public string[] Files(string table) =>
        Directory.Exists(Path.Combine(Output, "superhero", table)) ? Directory.GetFiles(Path.Combine(Output, "superhero", table)) : [];

    /// <summary>The temporary files.</summary>
    public string[] TemporaryFiles() =>
        Directory.Exists(Output) ? Directory.GetFiles(Output, "*.tmp", SearchOption.AllDirectories) : [];

    /// <summary>Sends a signal, such as TERM, to a silo.</summary>
    public static void Signal(SiloProcess silo, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", silo.Process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public async ValueTask DisposeAsync()
    {
        // What they could still say about it is of no interest here.
        foreach (var silo in Silos.Where(silo => !silo.Process.HasExited))
        {
            silo.Process.Kill();
            await silo.Process.WaitForExitAsync();
        }

        await Task.WhenAll(Silos.Select(silo => silo.DisposeAsync().AsTask()));
        await Redis.DisposeAsync();
        _folder.Dispose();
    }

    private string LogOf(int silo) => Path.Combine(_folder.Path, $"silo-{silo}.log");
}
