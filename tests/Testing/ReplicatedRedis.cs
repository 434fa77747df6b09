using System.Globalization;
using StackExchange.Redis;
using Superhero.Redis;

namespace Superhero.Testing;

/// <summary>A master, replicas with priorities, and three sentinels that watch them, on loopback. Each replica's link to the master can
/// be frozen.</summary>
public sealed class ReplicatedRedis : IAsyncDisposable
{
    private const string Name = "superhero";
    private const string User = "watcher";
    private const string Password = "secret";

    private readonly List<RedisProcess> _processes = [];
    private readonly List<RedisProcess> _replicas = [];
    private readonly RedisProcess _master;
    private readonly FreezableProxy _proxy;

    private ReplicatedRedis()
    {
        _master = Add(RedisProcess.StartWatched(Ports.Free(), "save \"\"", "repl-diskless-sync-delay 0", $"user {User} on >{Password} ~* &* +@all"));
        _proxy = new FreezableProxy(_master.Port);
    }

    /// <summary>How a silo connects that can reach master, replicas and sentinels.</summary>
    public RedisOptions Options { get; private set; } = null!;

    /// <summary>The same for a silo that can't reach a replica: they don't know its user.</summary>
    public RedisOptions OptionsWithoutReplicas => Options with { User = null, Password = null };

    /// <summary>The number of replicas.</summary>
    public int Replicas => _replicas.Count;

    /// <summary>Starts them, and waits until the sentinels know all of them.</summary>
    /// <param name="priorities">The priorities of the replicas.</param>
    public static async Task<ReplicatedRedis> StartAsync(params int[] priorities)
    {
        var redis = new ReplicatedRedis();
        await Eventually.HoldsAsync(redis._master.ListensAsync, () => "the master to listen");
        foreach (var priority in priorities)
        {
            redis._replicas.Add(redis.Add(RedisProcess.StartWatched(
                Ports.Free(),
                "save \"\"",
                "repl-diskless-sync-delay 0",
                "user default off",
                $"user {User} on >{Password} ~* &* +@all",
                $"replica-priority {priority}",
                $"replicaof 127.0.0.1 {redis._proxy.Port}")));
        }

        // Patient, since tests keep the machine busy, and a failover that nobody asked for would spoil them.
        RedisProcess[] sentinels = [.. Enumerable.Range(0, 3).Select(_ => redis.Add(RedisProcess.StartSentinel(
            Ports.Free(),
            $"sentinel monitor {Name} 127.0.0.1 {redis._proxy.Port} 2",
            $"sentinel auth-user {Name} {User}",
            $"sentinel auth-pass {Name} {Password}",
            $"sentinel down-after-milliseconds {Name} 6000",
            $"sentinel failover-timeout {Name} 12000")))];
        redis.Options = new RedisOptions { Host = string.Join(',', sentinels.Select(sentinel => $"127.0.0.1:{sentinel.Port}")), Sentinel = Name, User = User, Password = Password };
        await Eventually.HoldsAsync(redis.IsCompleteAsync, () => "the sentinels to know each other and the replicas, and these to be online");
        return redis;
    }

    /// <summary>Freezes the link between the master and a replica.</summary>
    /// <param name="replica">Its number, from 0.</param>
    public void Freeze(int replica) => _proxy.Freeze(_replicas[replica].Port);

    /// <summary>Lets the link go on.</summary>
    public void Thaw() => _proxy.Thaw();

    /// <summary>Makes a replica a master as sentinels do, and leaves the old master as it is. Returns once the replica has left it.</summary>
    /// <param name="replica">Its number, from 0.</param>
    public async Task PromoteAsync(int replica)
    {
        using var connection = await ConnectAsync(_replicas[replica].Port);
        await connection.GetServers()[0].ExecuteAsync("REPLICAOF", "NO", "ONE");
        await Eventually.HoldsAsync(async () => await OnlineAsync() == _replicas.Count - 1, () => "the replica to leave its master");
    }

    /// <summary>Ends the master at once, and waits until a replica takes writes in its place.</summary>
    /// <returns>The number of that replica.</returns>
    public async Task<int> KillMasterAsync()
    {
        await _master.KillAsync();
        var promoted = -1;
        await Eventually.HoldsAsync(
            async () =>
            {
                for (var i = 0; i < _replicas.Count && promoted < 0; i++)
                {
                    promoted = await RoleAsync(_replicas[i].Port) == "master" ? i : -1;
                }

                return promoted >= 0;
            },
            () => "a replica to take over");
        return promoted;
    }

    /// <summary>Sends a command to the master.</summary>
    public async Task<RedisResult> ExecuteAsync(string command, params object[] arguments)
    {
        using var connection = await ConnectAsync(_master.Port);
        return await connection.GetServers()[0].ExecuteAsync(command, arguments);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Enumerable.Reverse(_processes))
        {
            await process.DisposeAsync();
        }

        _proxy.Dispose();
    }

    private static Task<ConnectionMultiplexer> ConnectAsync(int port, CommandMap? commands = null) =>
        ConnectionMultiplexer.ConnectAsync(new ConfigurationOptions
        {
            EndPoints = { { "127.0.0.1", port } },
            CommandMap = commands ?? CommandMap.Default,
            User = commands is null ? User : null,
            Password = commands is null ? Password : null,
            AllowAdmin = true,
        });

    private static async Task<string> RoleAsync(int port)
    {
        using var connection = await ConnectAsync(port);
        return (string)((RedisResult[])(await connection.GetServers()[0].ExecuteAsync("ROLE"))!)[0]!;
    }

    private RedisProcess Add(RedisProcess process)
    {
        _processes.Add(process);
        return process;
    }

    private async Task<bool> IsCompleteAsync()
    {
        var count = _replicas.Count.ToString(CultureInfo.InvariantCulture);
        foreach (var sentinel in _processes[^3..])
        {
            if (!await sentinel.ListensAsync())
            {
                return false;
            }

            using var connection = await ConnectAsync(sentinel.Port, CommandMap.Sentinel);
            var master = (await connection.GetServers()[0].SentinelMasterAsync(Name)).ToDictionary();
            var replicas = (await connection.GetServers()[0].SentinelReplicasAsync(Name)).Select(fields => fields.ToDictionary());
            if (master["num-other-sentinels"] != "2" || master["num-slaves"] != count || replicas.Any(replica => replica["master-link-status"] != "ok"))
            {
                return false;
            }
        }

        return await OnlineAsync() == _replicas.Count;
    }

    private async Task<int> OnlineAsync() => ((string)(await ExecuteAsync("INFO", "replication"))!).Split("state=online").Length - 1;
}
