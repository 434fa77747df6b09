using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using StackExchange.Redis;
using Superhero.Redis;

namespace Superhero.Testing;

/// <summary>A redis-server on loopback; or a master and its replicas, with three sentinels that watch them.</summary>
public sealed partial class RealRedis : IAsyncDisposable
{
    private const string Master = "superhero";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly RedisProcess[] _servers;
    private readonly RedisProcess[] _sentinels;
    private readonly FreezableProxy[] _links;
    private RedisProcess? _stopped;

    private RealRedis(RedisOptions options, RedisProcess[] servers, RedisProcess[] sentinels, params FreezableProxy[] links)
    {
        (Options, _servers, _sentinels, _links) = (options, servers, sentinels, links);
    }

    public RedisOptions Options { get; }

    public IConnectionMultiplexer Connection { get; private set; } = null!;

    public IDatabase Database => Connection.GetDatabase();

    /// <summary>The one that takes writes.</summary>
    public IServer Server => Connection.GetServers() is var all && all.FirstOrDefault(server => server is { IsConnected: true, IsReplica: false }) is { } master ? master : all[0];

    /// <summary>Starts one that keeps nothing and lets anyone in.</summary>
    public static Task<RealRedis> StartAsync() =>
        StartAsync(port => new RedisOptions { Host = "127.0.0.1", Port = port }, "--save", "", "--appendonly", "no");

    /// <summary>The same with another program, such as valkey-server.</summary>
    public static Task<RealRedis> StartAsync(string program)
    {
        var port = Ports.Free();
        return ConnectAsync(new RealRedis(
            new RedisOptions { Host = "127.0.0.1", Port = port }, [RedisProcess.Start(program, port, tls: false, "--save", "", "--appendonly", "no")], []));
    }

    /// <summary>Starts one that finds everything again when it is restarted.</summary>
    public static Task<RealRedis> StartDurableAsync() =>
        StartAsync(port => new RedisOptions { Host = "127.0.0.1", Port = port }, "--save", "", "--appendonly", "yes", "--appendfsync", "always");

    /// <summary>Starts one with arguments of its own, and the options that log in to it.</summary>
    public static Task<RealRedis> StartAsync(Func<int, RedisOptions> options, params string[] arguments)
    {
        var port = Ports.Free();
        var login = options(port);
        return ConnectAsync(new RealRedis(login, [RedisProcess.Start(RedisProcess.Program, port, login.Ssl, arguments)], []));
    }

    /// <summary>Starts a master and replicas, which find everything again when they are restarted, and the sentinels. Sentinels prefer
    /// earlier servers to later ones, and all connections pass links that can be frozen.</summary>
    /// <param name="replicas">The number of replicas.</param>
    /// <param name="downAfter">The milliseconds without an answer after which sentinels take a server for down.</param>
    public static async Task<RealRedis> StartWatchedAsync(int replicas = 1, int downAfter = 1500)
    {
        List<RedisProcess> servers = [];
        List<FreezableProxy> links = [];
        for (var i = 0; i <= replicas; i++)
        {
            var port = Ports.Free();
            links.Add(new FreezableProxy(port));
            servers.Add(RedisProcess.StartWatched(
                port,
                "save \"\"",
                "appendonly yes",
                "appendfsync always",
                "repl-diskless-sync-delay 0",
                "min-replicas-to-write 1",
                "replica-announce-ip 127.0.0.1",
                $"replica-announce-port {links[i].Port}",
                $"replica-priority {10 * (i + 1)}",
                i == 0 ? "" : $"replicaof 127.0.0.1 {links[0].Port}"));
            await Eventually.HoldsAsync(servers[i].ListensAsync, () => "the server to listen");
        }

        RedisProcess[] sentinels = [.. Enumerable.Range(0, 3).Select(_ => RedisProcess.StartSentinel(
            Ports.Free(),
            $"sentinel monitor {Master} 127.0.0.1 {links[0].Port} 2",
            $"sentinel down-after-milliseconds {Master} {downAfter}",
            $"sentinel failover-timeout {Master} {4 * downAfter}"))];
        var hosts = string.Join(',', sentinels.Select(sentinel => $"127.0.0.1:{sentinel.Port}"));
        var redis = new RealRedis(new RedisOptions { Host = hosts, Sentinel = Master }, [.. servers], sentinels, [.. links]);
        foreach (var sentinel in sentinels)
        {
            await Eventually.HoldsAsync(() => KnowsAllAsync(sentinel, replicas), () => "the sentinels to know each other and the replicas");
        }

        redis.Connection = await RedisConnector.ConnectAsync(
            redis.Options, (_, _) => { }, CancellationToken.None, Configure);
        return redis;
    }

    /// <summary>Starts a master without a replica, and a sentinel, with passwords.</summary>
    /// <param name="password">Redis' own.</param>
    /// <param name="sentinelPassword">The sentinel's; null for none.</param>
    public static async Task<RealRedis> StartWatchedAloneAsync(string password, string? sentinelPassword)
    {
        var master = RedisProcess.Start(RedisProcess.Program, Ports.Free(), tls: false, "--save", "", "--requirepass", password);
        await Eventually.HoldsAsync(master.ListensAsync, () => "the master to listen");
        var sentinel = RedisProcess.StartSentinel(
            Ports.Free(),
            [
                $"sentinel monitor {Master} 127.0.0.1 {master.Port} 1", $"sentinel auth-pass {Master} {password}",
                .. sentinelPassword is null ? (string[])[] : [$"requirepass \"{sentinelPassword}\""],
            ]);
        await Eventually.HoldsAsync(sentinel.ListensAsync, () => "the sentinel to listen");
        var options = new RedisOptions
        {
            Host = $"127.0.0.1:{sentinel.Port}",
            Sentinel = Master,
            Password = password,
            SentinelPassword = sentinelPassword,
        };
        return new RealRedis(options, [master], [sentinel])
        {
            Connection = await RedisConnector.ConnectAsync(options, (reason, _) => throw new InvalidOperationException(reason), CancellationToken.None, Configure),
        };
    }

    /// <summary>Lets the sentinels make the replica the master, and waits until they have.</summary>
    public async Task FailOverAsync()
    {
        using var sentinels = await ConnectionMultiplexer.SentinelConnectAsync(Options.ToConfiguration());
        var sentinel = sentinels.GetServers()[0];
        var before = await sentinel.SentinelGetMasterAddressByNameAsync(Master);
        await Eventually.HoldsAsync(
            async () =>
            {
                if (!Equals(await sentinel.SentinelGetMasterAddressByNameAsync(Master), before))
                {
                    return true;
                }

                // It fails if no replica is good enough yet, if one takes over already, and while the sentinel waits for its disk.
                await sentinel.ExecuteAsync("SENTINEL", "FAILOVER", Master);
                return false;
            },
            () => "another master");
        await WaitForMasterAsync();
    }

    /// <summary>Waits until one takes writes. The client keeps commands for a master that is gone, which would take a minute.</summary>
    public Task WaitForMasterAsync() => Eventually.SucceedsAsync(
        () => Database.PingAsync(CommandFlags.DemandMaster).WaitAsync(Patience), () => "a master to answer");

    /// <summary>Waits until all servers run and the sentinels have given all but one of them the role of a replica: what two masters
    /// take, one of them loses.</summary>
    public Task WaitForSoleMasterAsync() => Eventually.HoldsAsync(
        async () => (await Task.WhenAll(_servers.Select(server => server.RoleAsync()))).Order()
            .SequenceEqual(Enumerable.Repeat("slave", _servers.Length - 1).Prepend("master")),
        () => "one master, and replicas otherwise");

    /// <summary>Waits until all replicas are online for the master.</summary>
    public Task WaitForReplicasAsync() => Eventually.HoldsAsync(
        async () => ((string)(await Server.ExecuteAsync("INFO", "replication").WaitAsync(Patience))!).Split("state=online").Length == _servers.Length,
        () => "all replicas to be online");

    /// <summary>Freezes the link between the master and the replica that sentinels prefer to all others.</summary>
    public void FreezePreferredReplica()
    {
        var master = MasterIndex;
        var replica = _links.Where((_, i) => i != master).First().Port;
        Array.ForEach(_links, link => link.Freeze(replica));
    }

    /// <summary>Forwards the data that waits on the frozen link, and all that follows.</summary>
    public void ThawReplica() => Array.ForEach(_links, link => link.Thaw());

    /// <summary>What the sentinels say of failovers.</summary>
    public IEnumerable<string> Failovers() => _sentinels.SelectMany(sentinel => sentinel.Log()).Where(line => Failover().IsMatch(line)).Order(StringComparer.Ordinal);

    /// <summary>Makes all servers forget all scripts.</summary>
    public Task FlushScriptsAsync() => OnEachServerAsync("SCRIPT", "FLUSH");

    /// <summary>Breaks the connections of all who listen, where there are any.</summary>
    public Task DropSubscribersAsync() => OnEachServerAsync("CLIENT", "KILL", "TYPE", "pubsub");

    /// <summary>Ends the process that takes writes at once.</summary>
    public async Task StopAsync()
    {
        _stopped = _servers[MasterIndex];
        await _stopped.KillAsync();
    }

    /// <summary>Starts the process again after <see cref="StopAsync"/>, and waits until Redis answers.</summary>
    public async Task StartAgainAsync()
    {
        _stopped!.StartAgain();
        await WaitForMasterAsync();
    }

    /// <summary>Starts the process again if <see cref="StopAsync"/> ended it and nobody has started it since.</summary>
    public Task EnsureStartedAsync() => _stopped is { HasExited: true } ? StartAgainAsync() : Task.CompletedTask;

    /// <summary>How many listen on a channel, on a replica too, which says what its master says; -1 where the machine is too busy to answer.</summary>
    public long Subscribers(string channel)
    {
        try
        {
            return Connection.GetServers().Where(server => server.IsConnected).Sum(server => server.SubscriptionSubscriberCount(RedisChannel.Literal(channel)));
        }
        catch (TimeoutException)
        {
            return -1;
        }
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
        foreach (var process in _sentinels.Concat(_servers))
        {
            await process.DisposeAsync();
        }

        Array.ForEach(_links, link => link.Dispose());
    }

    [GeneratedRegex(@"[+-](switch-master|odown|selected-slave|slave-reconf-done|convert-to-slave|reboot) ")]
    private static partial Regex Failover();

    private int MasterIndex => Math.Max(0, Array.FindIndex(_links, link => Server.EndPoint is IPEndPoint end && end.Port == link.Port));

    private async Task OnEachServerAsync(string command, params object[] arguments)
    {
        foreach (var server in Connection.GetServers().Where(server => server.IsConnected))
        {
            try
            {
                await server.ExecuteAsync(command, arguments).WaitAsync(Patience);
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException)
            {
                // The server went at that moment.
            }
        }
    }

    // Many tests at once may keep a machine busy for longer than the client waits by itself.
    private static void Configure(ConfigurationOptions configuration)
    {
        configuration.SyncTimeout = configuration.AsyncTimeout = 60_000;
    }

    private static async Task<RealRedis> ConnectAsync(RealRedis redis)
    {
        var configuration = redis.Options.ToConfiguration();
        Configure(configuration);
        configuration.AbortOnConnectFail = false;
        redis.Connection = await ConnectionMultiplexer.ConnectAsync(configuration);
        await redis.WaitForMasterAsync();
        return redis;
    }

    private static async Task<bool> KnowsAllAsync(RedisProcess sentinel, int replicas)
    {
        if (!await sentinel.ListensAsync())
        {
            return false;
        }

        using var connection = await ConnectionMultiplexer.ConnectAsync(
            new ConfigurationOptions { EndPoints = { { "127.0.0.1", sentinel.Port } }, CommandMap = CommandMap.Sentinel });
        var master = (await connection.GetServers()[0].SentinelMasterAsync(Master)).ToDictionary();
        return master["num-other-sentinels"] == "2" && master["num-slaves"] == replicas.ToString(CultureInfo.InvariantCulture);
    }
}
