using System.Diagnostics;
using StackExchange.Redis;
using Superhero.Benchmarks.Measuring;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Benchmarks.Scenarios;

/// <summary>Plain processes on a redis-server of their own.</summary>
internal sealed class PlainWorkers : IAsyncDisposable
{
    private const int Threads = 32;

    private readonly TemporaryFolder _own = new();
    private readonly string _output;
    private readonly RealRedis _redis;
    private readonly GameMaker _maker;
    private readonly WorkerKind _kind;
    private readonly List<Process> _workers;

    private PlainWorkers(RealRedis redis, GameMaker maker, int count, WorkerKind kind, int threads, string? output)
    {
        _output = output ?? _own.Path;
        _redis = redis;
        _maker = maker;
        _kind = kind;
        var shared = kind != WorkerKind.Old;
        _workers =
        [
            .. Enumerable.Range(0, count).Select(i => PlainWorker.Start(
                redis.Options.Port, _output, shared ? i : 0, shared ? count : 1, threads, clean: kind == WorkerKind.Whole)),
        ];
    }

    /// <summary>How many games they have done, each counted once.</summary>
    public int Games { get; private set; }

    /// <summary>How many files of a table they have written.</summary>
    public int Files => Directory.GetFiles(Path.Combine(_output, "superhero", "GAME_PODIUM"), "*.parquet").Length;

    /// <summary>Starts them, and lets them do some games.</summary>
    /// <param name="maker">Makes the games.</param>
    /// <param name="count">How many.</param>
    /// <param name="kind">What each does.</param>
    /// <param name="warmUp">How many games they do first.</param>
    /// <param name="threads">How many games each does at a time.</param>
    /// <param name="output">Where they put the files; null for a folder of their own.</param>
    public static async Task<PlainWorkers> StartAsync(
        GameMaker maker, int count, WorkerKind kind, int warmUp, int threads = Threads, string? output = null)
    {
        var workers = new PlainWorkers(await RealRedis.StartAsync(), maker, count, kind, threads, output);
        await Eventually.HoldsAsync(
            () => workers._redis.Server.SubscriptionSubscriberCount(RedisChannel.Literal(LogChannel.Lobby)) == count,
            () => $"{count} subscribers");
        await workers.RunAsync(warmUp);
        return workers;
    }

    /// <summary>Makes games, announces them, and waits until each is done as often as it is to be.</summary>
    public async Task<Measure> RunAsync(int games)
    {
        var made = await _maker.MakeAsync(_redis.Database, games);
        await _redis.Database.KeyDeleteAsync(PlainWorker.CountKey);
        var before = await Usage.OfAsync(_workers, _redis);
        var time = Stopwatch.StartNew();
        await GameMaker.AnnounceAsync(_redis.Connection, made);
        while (!await AreDoneAsync(games))
        {
            await Task.Delay(5);
        }

        var measure = Measure.Between(before, await Usage.OfAsync(_workers, _redis), time.Elapsed.TotalSeconds, games);

        Games += games;

        // What they leave behind is not theirs to clean.
        await _redis.Server.FlushAllDatabasesAsync();
        return measure;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers)
        {
            worker.Kill();
            worker.Dispose();
        }

        await _redis.DisposeAsync();
        _own.Dispose();
    }

    private async Task<bool> AreDoneAsync(int games) => _kind == WorkerKind.Whole
        ? await _redis.Database.SortedSetLengthAsync(GameKeys.Games) == 0
        : (long)await _redis.Database.StringGetAsync(PlainWorker.CountKey) >= games * (_kind == WorkerKind.Old ? _workers.Count : 1);
}

/// <summary>What a plain process does.</summary>
internal enum WorkerKind
{
    /// <summary>Every game of which it hears, as all others do, without cleaning.</summary>
    Old,

    /// <summary>Its part of the games, without cleaning.</summary>
    Part,

    /// <summary>Its part of the games, with all that a silo does to files and keys.</summary>
    Whole,
}
