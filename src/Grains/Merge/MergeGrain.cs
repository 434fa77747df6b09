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

namespace Superhero.Grains.Merge;

/// <summary>Merges games' files, where MERGE_AFTER is set. Where no game was loaded since all were merged, it looks at a number in Redis and at
/// nothing else.</summary>
public sealed partial class MergeGrain(
    IOutputStore output, IConnectionMultiplexer redis, IOptions<MergeOptions> options, IOptions<GameOptions> games, GameMetrics metrics, GameFailures failures,
    TimeProvider clock, ILogger<MergeGrain> logger)
    : Grain, IMergeGrain, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private IGrainTimer _timer = null!;

    // How many games had been loaded when the last pass left none to be merged later.
    private long? _settled;

    private IDatabase Database => redis.GetDatabase();

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
        metrics.UnmergedGames = null;
        failures.Merging = null;
    }

    /// <inheritdoc />
    public void Dispose() => _stopping.Dispose();

    private async Task PassAsync(CancellationToken cancellationToken)
    {
        var wait = options.Value.After;
        try
        {
            using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
            if (!await TryMergeAsync(stopping.Token))
            {
                wait = Sooner(wait);
            }

            failures.Merging = null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested || _stopping.IsCancellationRequested)
        {
            return;
        }
        catch (Exception exception)
        {
            wait = Sooner(wait);
            failures.Merging = exception.Reason();
            LogFailed(exception.Reason(), wait.TotalSeconds, exception.Unexpected());
        }

        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    // Another one's right may have run out by then, and what failed be well.
    private static TimeSpan Sooner(TimeSpan wait) => wait < RedisMergeLease.Duration ? wait : RedisMergeLease.Duration;

    // False where another one merges.
    private async Task<bool> TryMergeAsync(CancellationToken cancellationToken)
    {
        // Where the number is none, games may have been loaded.
        var read = await Database.HashGetAsync(StatisticsKeys.Totals, "loaded").OrIfWrongTypeAsync("");
        var loaded = read.IsNull ? 0 : read.TryParse(out long number) ? number : (long?)null;
        if (loaded is not null && loaded == _settled)
        {
            return true;
        }

        var (lease, holder) = await RedisMergeLease.TryTakeAsync(Database, output.ToString()!, games.Value.HostName);
        if (lease is null)
        {
            LogHeld(holder);
            return false;
        }

        await using (lease)
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost);
            var compactor = new Compactor(output, lease, line => LogMerged(line), line => LogLeft(line), clock);
            try
            {
                // Files and native code block, so this runs beside the grain's own thread.
                await Task.Run(() => compactor.RunAsync(Period.Before(clock.GetUtcNow() - options.Value.After), ended.Token), CancellationToken.None);
            }
            catch (OperationCanceledException) when (lease.Lost.IsCancellationRequested)
            {
                throw new IOException("The right to merge is lost; another one may go on from here.");
            }
            finally
            {
                metrics.Merged(compactor.Games);
            }

            _settled = compactor.Waiting == 0 ? loaded : null;
            metrics.UnmergedGames = compactor.Waiting;
            await RecordAsync(compactor.Waiting, loaded ?? 0);
        }

        return true;
    }

    // Whoever looks adds what was loaded since.
    private async Task RecordAsync(int waiting, long loaded)
    {
        var batch = Database.CreateBatch();
        Task[] written =
        [
            SetAsync("waiting", waiting),
            SetAsync("loaded", loaded),
            SetAsync("at", clock.GetUtcNow().ToUnixTimeMilliseconds()),
        ];
        batch.Execute();
        await Task.WhenAll(written);

        Task SetAsync(string name, long number) => batch.HashSetAsync(StatisticsKeys.Merges, name, number).OrIfWrongTypeAsync(false);
    }

    [LoggerMessage(341, LogLevel.Information, "Merging: {Line}")]
    private partial void LogMerged(string line);

    [LoggerMessage(342, LogLevel.Warning, "Merging: {Line}")]
    private partial void LogLeft(string line);

    [LoggerMessage(343, LogLevel.Debug, "Another one merges: {Holder}")]
    private partial void LogHeld(string holder);

    [LoggerMessage(344, LogLevel.Warning, "Merging failed and is tried again in {Seconds} s: {Reason}")]
    private partial void LogFailed(string reason, double seconds, Exception? bug);
}
