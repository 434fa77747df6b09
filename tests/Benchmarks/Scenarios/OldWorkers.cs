using System.Diagnostics;
using StackExchange.Redis;
using Superhero.Benchmarks.Measuring;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Benchmarks.Scenarios;

/// <summary>Old workers on a redis-server of their own.</summary>
internal sealed class OldWorkers : IAsyncDisposable
{
    private readonly TemporaryFolder _output = new();
    private readonly RealRedis _redis;
    private readonly GameMaker _maker;
    private readonly int _each;
    private readonly List<Process> _workers;

    private OldWorkers(RealRedis redis, GameMaker maker, int count, bool shared)
    {
        _redis = redis;
        _maker = maker;
        _each = shared ? 1 : count;
        _workers =
        [
            .. Enumerable.Range(0, count).Select(i => shared
                ? OldWorker.Start(redis.Options.Port, _output.Path, $"old-{i}", i, count)
                : OldWorker.Start(redis.Options.Port, _output.Path, $"old-{i}", 0, 1)),
        ];
    }

    /// <summary>How many games they have done, each counted once.</summary>
    public int Games { get; private set; }

    /// <summary>How many files of a table they have written.</summary>
    public int Files => Directory.GetFiles(Path.Combine(_output.Path, "superhero", "GAME_PODIUM"), "*.parquet").Length;

    /// <summary>Starts them, and lets them do some games.</summary>
    /// <param name="maker">Makes the games.</param>
    /// <param name="count">How many.</param>
    /// <param name="shared">Whether each does a part of the games, instead of all.</param>
    /// <param name="warmUp">How many games they do first.</param>
    public static async Task<OldWorkers> StartAsync(GameMaker maker, int count, bool shared, int warmUp)
    {
        var workers = new OldWorkers(await RealRedis.StartAsync(), maker, count, shared);
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
        await _redis.Database.KeyDeleteAsync(OldWorker.CountKey);
        var before = await Usage.OfAsync(_workers, _redis);
        var time = Stopwatch.StartNew();
        await GameMaker.AnnounceAsync(_redis.Connection, made);
        while ((long)await _redis.Database.StringGetAsync(OldWorker.CountKey) < games * _each)
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
        _output.Dispose();
    }
}
