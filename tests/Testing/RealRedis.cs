using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;
using Superhero.Redis;

namespace Superhero.Testing;

/// <summary>A redis-server process of its own, on loopback.</summary>
public sealed class RealRedis : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string[] _arguments;
    private Process _process = null!;

    private RealRedis(RedisOptions options, string[] arguments)
    {
        Options = options;
        _arguments = arguments;
    }

    public RedisOptions Options { get; }

    public IConnectionMultiplexer Connection { get; private set; } = null!;

    public IDatabase Database => Connection.GetDatabase();

    public IServer Server => Connection.GetServers()[0];

    /// <summary>Starts one that keeps nothing and lets anyone in.</summary>
    public static Task<RealRedis> StartAsync() =>
        StartAsync(port => new RedisOptions { Host = "127.0.0.1", Port = port }, "--save", "", "--appendonly", "no");

    /// <summary>Starts one that finds everything again when it is restarted.</summary>
    public static Task<RealRedis> StartDurableAsync() =>
        StartAsync(port => new RedisOptions { Host = "127.0.0.1", Port = port }, "--save", "", "--appendonly", "yes", "--appendfsync", "always");

    /// <summary>Starts one with arguments of its own, and the options that log in to it.</summary>
    public static async Task<RealRedis> StartAsync(Func<int, RedisOptions> options, params string[] arguments)
    {
        var redis = new RealRedis(options(Ports.Free()), arguments);
        redis.Launch();
        var configuration = redis.Options.ToConfiguration();
        configuration.AllowAdmin = true;
        configuration.AbortOnConnectFail = false;
        redis.Connection = await ConnectionMultiplexer.ConnectAsync(configuration);
        await Eventually.HoldsAsync(redis.AnswersAsync, () => "Redis to answer");
        return redis;
    }

    /// <summary>Ends the process at once.</summary>
    public async Task StopAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>Starts the process again after <see cref="StopAsync"/>, and waits until it answers.</summary>
    public async Task StartAgainAsync()
    {
        Launch();
        await Eventually.HoldsAsync(AnswersAsync, () => "Redis to answer again");
    }

    /// <summary>The keys of games and of their processing.</summary>
    public string[] GameKeys() =>
        [.. Server.Keys(pattern: "games:*").Concat(Server.Keys(pattern: "superhero/record/*")).Select(key => key.ToString())];

    /// <summary>Those of them that are there to stay, because no time to live is set on them.</summary>
    public async Task<string[]> PersistentKeysAsync()
    {
        var keys = await Task.WhenAll(GameKeys().Select(async key => (key, Left: (long)await Database.ExecuteAsync("TTL", key))));
        return [.. keys.Where(one => one.Left == -1).Select(one => one.key)];
    }

    /// <summary>Waits until all keys of games are gone or on their way out.</summary>
    public Task WaitUntilCleanedAsync(Func<string> log) => Eventually.HoldsAsync(
        async () => await PersistentKeysAsync() is [],
        () => $"no key to stay; there are {string.Join(", ", GameKeys().Take(10))}; {log()}");

    /// <summary>How often a command was called since the start; "total" for all commands.</summary>
    public async Task<long> CallsAsync(string command) =>
        (await Server.InfoAsync("commandstats"))[0]
            .Where(line => command == "total" || line.Key == $"cmdstat_{command}")
            .Sum(line => long.Parse(line.Value.Split(',')[0]["calls=".Length..], CultureInfo.InvariantCulture));

    /// <summary>Waits for so many passes of the sweep, each of which begins with a look at the index.</summary>
    public async Task WaitForPassesAsync(int count)
    {
        var before = await CallsAsync("zscan");
        await Eventually.HoldsAsync(async () => await CallsAsync("zscan") > before + count, () => $"{count} passes of the sweep");
    }

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        await StopAsync();
        _folder.Dispose();
    }

    private void Launch()
    {
        string[] port = Options.Ssl
            ? ["--port", "0", "--tls-port", Options.Port.ToString(CultureInfo.InvariantCulture)]
            : ["--port", Options.Port.ToString(CultureInfo.InvariantCulture)];
        _process = Process.Start(new ProcessStartInfo(
            "redis-server", [.. port, "--bind", "127.0.0.1", "--dir", _folder.Path, .. _arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await Database.PingAsync();
            return true;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            return false;
        }
    }
}
