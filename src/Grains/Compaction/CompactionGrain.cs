using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Superhero.Grains.Games;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Logging;
using Superhero.Grains.Metrics;
using Superhero.Grains.Statistics;
using Superhero.Redis;
using Superhero.Tables.Compact;
using Superhero.Tables.Files;
using Superhero.Tables.Output;

namespace Superhero.Grains.Compaction;

/// <summary>Compacts games, if COMPACT_AFTER is set. A pass lists the single games; if there are none to compact, it reads nothing else.</summary>
public sealed partial class CompactionGrain(
    IOutputStore output, IConnectionMultiplexer redis, IOptions<CompactionOptions> options, GameMetrics metrics, GameFailures failures,
    TimeProvider clock, ILogger<CompactionGrain> logger)
    : Grain, ICompactionGrain, IDisposable
{
    private static readonly TimeSpan MaxRetryDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan MaintenanceInterval = TimeSpan.FromHours(1);

    private readonly CancellationTokenSource _stopping = new();
    private IGrainTimer _timer = null!;
    private DateTimeOffset _maintained;

    /// <inheritdoc />
    public Task Run() => Task.CompletedTask;

    /// <inheritdoc />
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _timer = this.RegisterGrainTimer(
            PassAsync, new GrainTimerCreationOptions(TimeSpan.Zero, Timeout.InfiniteTimeSpan) { KeepAlive = true });
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        metrics.SingleGames = null;
        failures.Compaction = null;
    }

    /// <inheritdoc />
    public void Dispose() => _stopping.Dispose();

    private async Task PassAsync(CancellationToken cancellationToken)
    {
        var wait = options.Value.After;
        try
        {
            using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
            await CompactAsync(stopping.Token);
            failures.Compaction = null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested || _stopping.IsCancellationRequested)
        {
            return;
        }
        catch (Exception exception)
        {
            wait = wait < MaxRetryDelay ? wait : MaxRetryDelay;
            failures.Compaction = exception.Reason();
            LogFailed(exception.Reason(), wait.TotalSeconds, exception.Unexpected());
        }

        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private async Task CompactAsync(CancellationToken cancellationToken)
    {
        var compactor = new Compactor(output, options.Value.Retention, line => LogCompacted(line), line => LogProblem(line), clock);
        var now = clock.GetUtcNow();
        var maintain = now - _maintained >= MaintenanceInterval;
        var loaded = await ReadLoadedAsync();
        try
        {
            // Files and native code block, so this runs on a thread of the pool and not on the grain's own.
            await Task.Run(() => compactor.RunAsync(Period.Before(now - options.Value.After), maintain, cancellationToken), CancellationToken.None);
            _maintained = maintain ? now : _maintained;
            metrics.SingleGames = compactor.Waiting;
        }
        finally
        {
            metrics.Compacted(compactor.Games);
            await RecordAsync(compactor.Games, compactor.Waiting, loaded);
        }
    }

    private async Task<long> ReadLoadedAsync() =>
        (await redis.GetDatabase().HashGetAsync(StatisticsKeys.Totals, "loaded").OrIfWrongTypeAsync("")).TryParse(out long loaded) ? loaded : 0;

    // The page adds the games that were loaded since. The statistics are no part of the tables, which must not wait for them.
    private async Task RecordAsync(int compacted, int waiting, long loaded)
    {
        try
        {
            var batch = redis.GetDatabase().CreateBatch();
            Task[] written =
            [
                batch.HashIncrementAsync(StatisticsKeys.Compaction, "compacted", compacted).OrIfWrongTypeAsync(0),
                SetAsync("waiting", waiting),
                SetAsync("loaded", loaded),
                SetAsync("at", clock.GetUtcNow().ToUnixTimeMilliseconds()),
            ];
            batch.Execute();
            await Task.WhenAll(written);

            Task SetAsync(string name, long number) => batch.HashSetAsync(StatisticsKeys.Compaction, name, number).OrIfWrongTypeAsync(false);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            LogNotRecorded(exception.Message);
        }
    }

    [LoggerMessage(341, LogLevel.Information, "Compaction: {Line}")]
    private partial void LogCompacted(string line);

    [LoggerMessage(342, LogLevel.Warning, "Compaction found a problem: {Line}")]
    private partial void LogProblem(string line);

    [LoggerMessage(343, LogLevel.Debug, "Could not record the compaction's statistics in Redis: {Reason}")]
    private partial void LogNotRecorded(string reason);

    [LoggerMessage(344, LogLevel.Warning, "Compaction failed and is retried in {Seconds} s: {Reason}")]
    private partial void LogFailed(string reason, double seconds, Exception? bug);
}
