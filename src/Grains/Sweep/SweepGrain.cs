using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Superhero.Grains.Games;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Logging;
using Superhero.Grains.Metrics;
using Superhero.Redis;

namespace Superhero.Grains.Sweep;

/// <summary>Goes through the open games, hands those to their grains that are finished and still there at the next pass,
/// and looks for orphaned keys where cleaning is on.</summary>
public sealed partial class SweepGrain(
    OpenGames games, OrphanedKeys orphans, IOptions<GameOptions> gameOptions, IOptions<SweepOptions> options, GameMetrics metrics, ILogger<SweepGrain> logger)
    : Grain, ISweepGrain
{
    private const int Concurrency = 32;
    private const int MaxConsecutiveFailures = 16;
    private static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(1);

    // Seen finished at the last pass: their players may still be reading them.
    private HashSet<Guid> _seen = [];

    // Told of by their grains at an earlier pass, and to stay as they are: not asked about again.
    private HashSet<Guid> _settled = [];

    private IGrainTimer _timer = null!;
    private TimeSpan _wait = options.Value.Interval;

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
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        metrics.OpenGames = null;
        return Task.CompletedTask;
    }

    private async Task PassAsync(CancellationToken cancellationToken)
    {
        try
        {
            await SweepGamesAsync(cancellationToken);
            if (gameOptions.Value.Clean)
            {
                await DeliverAsync([.. await orphans.StepAsync()], cancellationToken);
            }

            _wait = options.Value.Interval;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }
        catch (Exception exception)
        {
            _wait = NextWait(_wait);
            LogFailed(exception.Reason(), _wait.TotalSeconds, exception.Unexpected());
        }

        _timer.Change(_wait, Timeout.InfiniteTimeSpan);
    }

    private async Task SweepGamesAsync(CancellationToken cancellationToken)
    {
        var (before, settled) = (_seen, _settled);
        (_seen, _settled) = ([], []);
        var (found, open) = (0, 0);
        await foreach (var page in games.PagesAsync().WithCancellation(cancellationToken))
        {
            var finished = page.Where(game => game.Status is null or GameStatus.Completed or GameStatus.TimedOut)
                .Select(game => game.Token).ToLookup(settled.Contains);
            _settled.UnionWith(finished[true]);
            _seen.UnionWith(finished[false]);
            var missed = finished[false].Where(before.Contains).ToList();
            found += missed.Count;
            open += page.Count;
            await DeliverAsync(missed, cancellationToken);
        }

        metrics.OpenGames = open;
        if (found > 0)
        {
            LogFound(found);
        }

        LogPassed(_seen.Count, found);
    }

    // Gives up when it seems that nothing works any more, such as on a full disk.
    private async Task DeliverAsync(IReadOnlyCollection<Guid> finished, CancellationToken cancellationToken)
    {
        var failuresInARow = 0;
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = Concurrency,
            TaskScheduler = TaskScheduler.Current,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForEachAsync(finished, parallel, async (token, _) =>
        {
            using var span = GameMetrics.Source.StartActivity("sweep");
            span?.SetTag("game_token", token);
            try
            {
                if (await GrainFactory.GetGrain<IGameGrain>(token).FinishWithinAsync(leavingUser: null, cancellationToken) is not { } outcome)
                {
                    // It is asked again at the next pass, unless it is done by then.
                    return;
                }

                failuresInARow = 0;
                if (outcome == GameOutcome.Quarantined || (!gameOptions.Value.Clean && outcome is GameOutcome.Loaded or GameOutcome.TimedOut))
                {
                    _settled.Add(token);
                }
            }
            catch (Exception exception) when (++failuresInARow < MaxConsecutiveFailures)
            {
                LogGameFailed(token, exception.Reason(), exception.Unexpected());
            }
        });
    }

    private static TimeSpan NextWait(TimeSpan wait) =>
        wait >= MaxWait ? wait : wait * 2 < MaxWait ? wait * 2 : MaxWait;

    [LoggerMessage(301, LogLevel.Information, "Finished games that no message had announced, or that had failed: {Count}")]
    private partial void LogFound(int count);

    [LoggerMessage(302, LogLevel.Debug, "A pass of the sweep is over; finished games: {Seen}, handed on: {Done}")]
    private partial void LogPassed(int seen, int done);

    [LoggerMessage(303, LogLevel.Warning, "Game {Token} failed and is tried again at the next pass of the sweep: {Reason}")]
    private partial void LogGameFailed(Guid token, string reason, Exception? bug);

    [LoggerMessage(304, LogLevel.Warning, "The sweep failed and is tried again in {Seconds} s: {Reason}")]
    private partial void LogFailed(string reason, double seconds, Exception? bug);
}
