using System.Diagnostics;
using StackExchange.Redis;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Benchmarks.Measuring;

/// <summary>Silos on a redis-server of their own, and games for them.</summary>
public sealed class Load : IAsyncDisposable
{
    private const string Other = """{"level": "INFO", "name": "redis.lib.server.lobby", "log_message": "Starting Match", "task": "{}"}""";
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    private Load(SiloCluster cluster, GameMaker maker)
    {
        Cluster = cluster;
        Maker = maker;
    }

    /// <summary>The silos.</summary>
    public SiloCluster Cluster { get; }

    /// <summary>Makes the games.</summary>
    public GameMaker Maker { get; }

    private IDatabase Redis => Cluster.Redis.Database;

    /// <summary>Starts silos that hear of games alone, their sweep out of the way, and lets them do some games.</summary>
    public static Task<Load> StartAsync(GameMaker maker, int silos, int warmUp, params (string Name, string Value)[] variables) =>
        StartAsync(maker, silos, warmUp, program: null, variables);

    /// <summary>The same, for silos that are another program.</summary>
    public static async Task<Load> StartAsync(
        GameMaker maker, int silos, int warmUp, string? program, params (string Name, string Value)[] variables)
    {
        var load = new Load(
            SiloCluster.On(
                await RealRedis.StartAsync(), [("CLEAN_ROUTINE", "yes"), ("REDIS_EXPIRY", "0"), ("SWEEP_INTERVAL", "3600"), .. variables]),
            maker);
        await load.Cluster.LaunchAsync(silos, program);
        if (warmUp > 0)
        {
            await load.RunAsync(warmUp);
        }

        return load;
    }

    /// <summary>Makes games, announces them, and waits until the last of them is cleaned.</summary>
    public async Task<Measure> RunAsync(int count)
    {
        var games = await Maker.MakeAsync(Redis, count);
        var before = await SampleAsync();
        var time = Stopwatch.StartNew();
        await GameMaker.AnnounceAsync(Cluster.Redis.Connection, games);
        await DoneAsync();
        return Measure.Between(before, await SampleAsync(), time.Elapsed.TotalSeconds, count);
    }

    /// <summary>What the silos take while there is nothing to do.</summary>
    /// <returns>CPU milliseconds a second, over all of them.</returns>
    public async Task<double> IdleAsync(TimeSpan time)
    {
        var before = await SampleAsync();
        await Task.Delay(time);
        return ((await SampleAsync()).Cpu - before.Cpu) / time.TotalSeconds * 1000;
    }

    /// <summary>Publishes messages of which none announces a game, and waits until all silos have heard them.</summary>
    /// <returns>CPU microseconds that one message takes one silo.</returns>
    public async Task<double> HearAsync(int count)
    {
        var (before, heard) = (await SampleAsync(), await Heard());
        var subscriber = Cluster.Redis.Connection.GetSubscriber();
        for (var i = 0; i < count; i++)
        {
            await subscriber.PublishAsync(RedisChannel.Literal(LogChannel.Lobby), Other, CommandFlags.FireAndForget);
        }

        await Eventually.HoldsAsync(async () => await Heard() >= heard + (count * Cluster.Silos.Count), () => "all messages to be heard");
        return ((await SampleAsync()).Cpu - before.Cpu) / count / Cluster.Silos.Count * 1e6;

        Task<double> Heard() => Cluster.MetricAsync("superhero_messages_total", "kind=\"other\"");
    }

    /// <summary>Waits until no game is in the simulator's index.</summary>
    public async Task DoneAsync()
    {
        while (await Redis.SortedSetLengthAsync(GameKeys.Games) > 0)
        {
            await Task.Delay(Look);
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => Cluster.DisposeAsync();

    private Task<Usage> SampleAsync() => Usage.OfAsync(Cluster.Silos.Select(silo => silo.Process), Cluster.Redis);
}
