using System.Globalization;
using System.Net;
using System.Text.Json;
using StackExchange.Redis;
using Superhero.Redis;

namespace Superhero.Testing;

/// <summary>Silos on one redis-server and one output folder.</summary>
public abstract class ClusterBase : IAsyncDisposable
{
    /// <summary>The settings of silos that clean a game's keys at once and sweep every second.</summary>
    public static readonly (string Name, string Value)[] Cleaning = [("CLEAN_ROUTINE", "yes"), ("REDIS_EXPIRY", "0"), ("SWEEP_INTERVAL", "1")];

    /// <summary>The same with a sweep so rare that no game is found by it: silos receive messages, or process nothing.</summary>
    public static readonly (string Name, string Value)[] CleaningWithoutSweep = [.. Cleaning, ("SWEEP_INTERVAL", "3600")];

    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string> _settings;

    /// <param name="redis">The redis-server, which the cluster owns from now on.</param>
    /// <param name="settings">The settings of all silos.</param>
    protected ClusterBase(RealRedis redis, IEnumerable<(string Name, string Value)> settings)
    {
        Redis = redis;
        _settings = settings.GroupBy(setting => setting.Name).ToDictionary(named => named.Key, named => named.Last().Value);
    }

    public RealRedis Redis { get; }

    public string Output => _settings.GetValueOrDefault("OUTPUT_DIR") ?? Path.Combine(_folder.Path, "data");

    /// <summary>A folder beside the output, which goes with the cluster.</summary>
    protected string Folder => _folder.Path;

    /// <summary>How many silos were started.</summary>
    protected abstract int Count { get; }

    /// <summary>The events that a silo has logged so far, the oldest first; the first silo is 1.</summary>
    public abstract IReadOnlyCollection<LoggedEvent> Events(int silo);

    /// <summary>The addresses of the pages of the silos that run.</summary>
    public abstract Task<Uri[]> PagesAsync();

    /// <summary>Whether all silos that run are up.</summary>
    protected abstract bool AreUp { get; }

    /// <summary>Waits until a silo has logged an event.</summary>
    /// <param name="silo">The silo; the first is 1.</param>
    /// <param name="id">The event's id, as in <see cref="LogEvents"/>.</param>
    /// <param name="matches">What its values must be; null for any.</param>
    public async Task<LoggedEvent> WaitForEventAsync(int silo, int id, Func<LoggedEvent, bool>? matches = null)
    {
        LoggedEvent? found = null;
        await Eventually.HoldsAsync(
            () => (found = Events(silo).FirstOrDefault(one => one.Id == id && matches?.Invoke(one) != false)) is not null,
            () => $"event {id} in the log of silo {silo}. {Describe()}");
        return found!;
    }

    /// <summary>Waits until that many silos listen, and all that run are up: they listen before that.</summary>
    public Task WaitUntilListeningAsync(int silos) => Eventually.HoldsAsync(
        () => Redis.Subscribers(LogChannel.Lobby) == silos && AreUp,
        () => $"{silos} silos that listen, while {Redis.Subscribers(LogChannel.Lobby)} do. {Describe()}");

    /// <summary>The logs of all silos, for the message of a failed test.</summary>
    public string Describe() => string.Concat(
        Enumerable.Range(1, Count).Select(silo => $"\nsilo {silo}:\n{string.Join('\n', Events(silo).TakeLast(60))}"));

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
    /// <param name="page">The address of its page.</param>
    /// <param name="expected">The status of the answer.</param>
    /// <param name="reason">A part of the answer.</param>
    /// <returns>The answer.</returns>
    public static async Task<string> WaitForHealthAsync(Uri page, HttpStatusCode expected, string reason = "")
    {
        using var http = new HttpClient { Timeout = Eventually.Limit };
        var answer = "";
        await Eventually.HoldsAsync(
            async () =>
            {
                using var response = await http.GetAsync(new Uri(page, "/health/ready"));
                answer = await response.Content.ReadAsStringAsync();
                return response.StatusCode == expected && answer.Contains(reason, StringComparison.Ordinal);
            },
            () => $"health {expected} {reason}; the last answer is {answer}");
        return answer;
    }

    /// <summary>The number of games that have an activation, over all silos, by the dashboard's count.</summary>
    public async Task<long> GameActivationsAsync()
    {
        using var http = new HttpClient();
        using var counters = JsonDocument.Parse(
            await http.GetStringAsync(new Uri((await PagesAsync())[0], "/dashboard/DashboardCounters")));
        return counters.RootElement.GetProperty("simpleGrainStats").EnumerateArray()
            .Where(grain => grain.GetProperty("grainType").GetString()!.EndsWith(".GameGrain", StringComparison.Ordinal))
            .Sum(grain => grain.GetProperty("activationCount").GetInt64());
    }

    /// <summary>The metrics of all silos, as Prometheus reads them. Silos within one process count each other's games, too.</summary>
    public async Task<string> MetricsAsync()
    {
        using var http = new HttpClient();
        return string.Concat(await Task.WhenAll((await PagesAsync()).Select(page => http.GetStringAsync(new Uri(page, "/metrics")))));
    }

    /// <summary>The sum of a metric over all silos.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="label">A label, as the page writes it, that it must have.</param>
    public async Task<double> MetricAsync(string name, string label = "") => (await MetricsAsync()).Split('\n')
        .Where(line => line.StartsWith(name, StringComparison.Ordinal) && line[name.Length] is '{' or ' '
            && line.Contains(label, StringComparison.Ordinal))
        .Sum(line => double.Parse(line[(line.LastIndexOf('}') + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture));

    /// <summary>Announces the end of a game.</summary>
    public Task AnnounceAsync(string game, string user = MadeGame.User) => Eventually.SucceedsAsync(
        () => Redis.Connection.GetSubscriber().PublishAsync(
            RedisChannel.Literal(LogChannel.Lobby),
            $$$"""{"log_message": "Cleaning Game Records", "task": {"game_token": "{{{game}}}", "user_token": "{{{user}}}"}}"""),
        () => "Redis to publish a message");

    /// <summary>The files of games in a table.</summary>
    public string[] Files(string table) => Find(Path.Combine(Output, "superhero", table), "*.parquet", SearchOption.TopDirectoryOnly);

    /// <summary>The temporary files of games. A silo that probes its disk has others for a moment.</summary>
    public string[] TemporaryFiles() =>
        [.. Find(Output, "*.tmp", SearchOption.AllDirectories).Where(file => !Path.GetFileName(file).StartsWith(".probe.", StringComparison.Ordinal))];

    private static string[] Find(string folder, string pattern, SearchOption where) =>
        Directory.Exists(folder) ? Directory.GetFiles(folder, pattern, where) : [];

    public virtual async ValueTask DisposeAsync()
    {
        await Redis.DisposeAsync();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Stops silos within the test's process.</summary>
    protected async Task StopAsync(IEnumerable<InProcessSilo> silos)
    {
        // A silo that cannot stop without Redis ends its process, which is that of all tests.
        await Redis.EnsureStartedAsync();
        await Task.WhenAll(silos.Select(silo => silo.DisposeAsync().AsTask()));
    }

    /// <summary>All settings of the next silo.</summary>
    /// <param name="own">Its own, which win.</param>
    protected Dictionary<string, string> SettingsOf(IEnumerable<(string Name, string Value)> own)
    {
        var merged = new Dictionary<string, string>
        {
            ["REDIS_HOST"] = Redis.Options.Host,
            ["REDIS_PORT"] = Redis.Options.Port.ToString(CultureInfo.InvariantCulture),
            ["REDIS_SENTINEL"] = Redis.Options.Sentinel ?? "",
            ["HOSTNAME"] = $"silo-{Count + 1}",
            ["OUTPUT_DIR"] = Output,

            // Silos choose ports together by lock files in the temporary folder, which another run of the tests may not share.
            ["SILO_PORT"] = $"{Ports.Free()}",
            ["GATEWAY_PORT"] = $"{Ports.Free()}",
            ["HTTP_PORT"] = $"{Ports.Free()}",
        };
        foreach (var (name, value) in _settings.Select(setting => (setting.Key, setting.Value)).Concat(own))
        {
            merged[name] = value;
        }

        return merged;
    }
}
