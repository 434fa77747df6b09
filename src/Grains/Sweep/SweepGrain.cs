using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Superhero.Grains.Games;
using Superhero.Grains.Heroes;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Logging;
using Superhero.Grains.Metrics;

namespace Superhero.Grains.Sweep;

/// <summary>Goes through the open games, hands those to their grains that are finished and still there at the next pass, and looks
/// for orphaned keys where cleaning is on. When it starts, and when a silo has died, it looks at once and hands on whatever is
/// finished, since whoever heard its announcement may be dead. Beside that it keeps the table of heroes, since the cluster has one of it.</summary>
public sealed partial class SweepGrain(
    OpenGames games, OrphanedKeys orphans, IClusterMembershipService membership, IOptions<GameOptions> gameOptions, IOptions<SweepOptions> options,
    HeroTableUpdater heroes, IOptions<HeroOptions> heroOptions, GameFailures failures, GameMetrics metrics, IHostApplicationLifetime host, TimeProvider clock, ILogger<SweepGrain> logger)
    : Grain, ISweepGrain, IDisposable
{
    private const int Concurrency = 32;

    // A silo that has yet to hear of the death leaves the dead one's games alone at the first.
    private const int PassesAfterDeath = 3;
    private static readonly TimeSpan WaitAfterDeath = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(1);

    // A silo that leaves stops its sweep first: Orleans has no place for the grains of games once it is on its way, and would warn of each.
    private readonly CancellationTokenSource _stopping = CancellationTokenSource.CreateLinkedTokenSource(host.ApplicationStopping);
    private readonly Retries _retries = new(clock);

    // Seen finished at the last pass: their players may still be reading them.
    private HashSet<Guid> _seen = [];

    // Seen without a status at the last pass that was not urgent: their server may be about to write it.
    private HashSet<Guid> _withoutStatus = [];
    private HashSet<Guid> _lost = [];
    private int _urgent = PassesAfterDeath;
    private IGrainTimer _timer = null!;
    private TimeSpan _wait = options.Value.Interval;

    /// <inheritdoc />
    public Task Run() => Task.CompletedTask;

    /// <inheritdoc />
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _timer = this.RegisterGrainTimer(
            PassAsync, new GrainTimerCreationOptions(TimeSpan.Zero, Timeout.InfiniteTimeSpan) { KeepAlive = true });

        // It interleaves, so that a disk that hangs does not hold up the sweep.
        this.RegisterGrainTimer(
            heroes.UpdateAsync, new GrainTimerCreationOptions(TimeSpan.Zero, heroOptions.Value.Interval) { Interleave = true });
        _ = WatchMembersAsync();
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        metrics.OpenGames = null;
        failures.Sweep = null;
    }

    /// <inheritdoc />
    public void Dispose() => _stopping.Dispose();

    private async Task WatchMembersAsync()
    {
        HashSet<SiloAddress>? known = null;
        try
        {
            await foreach (var snapshot in membership.MembershipUpdates.WithCancellation(_stopping.Token))
            {
                var dead = snapshot.Members.Values.Where(member => member.Status == SiloStatus.Dead).Select(member => member.SiloAddress).ToHashSet();
                if (known is not null && !dead.IsSubsetOf(known))
                {
                    _urgent = PassesAfterDeath;
                    _timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
                }

                known = dead;
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
    }

    private async Task PassAsync(CancellationToken cancellationToken)
    {
        Exception? failure = null;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        try
        {
            var urgent = _urgent > 0;
            await SweepGamesAsync(ended.Token);
            if (!urgent)
            {
                // Passes that are this close to each other would take a game for orphaned whose server hesitates while it makes it.
                await SweepOrphansAsync(ended.Token);
            }

            _wait = options.Value.Interval;
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            return;
        }
        catch (Exception exception)
        {
            _wait = NextWait(_wait);
            failure = exception;
        }

        var wait = _urgent > 0 && WaitAfterDeath < _wait ? WaitAfterDeath : _wait;
        failures.Sweep = failure?.Reason();
        if (failure is not null)
        {
            LogFailed(failure.Reason(), wait.TotalSeconds, failure.Unexpected());
        }

        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private async Task SweepGamesAsync(CancellationToken cancellationToken)
    {
        var (before, urgent) = (_seen, _urgent > 0);
        (_seen, _urgent) = ([], Math.Max(0, _urgent - 1));
        var (found, open) = (0, 0);
        HashSet<Guid> withoutStatus = [];
        await foreach (var page in games.PagesAsync().WithCancellation(cancellationToken))
        {
            var finished = page.Where(game => game.IsFinished).Select(game => game.Token).ToList();
            _seen.UnionWith(finished);
            var missed = finished.Where(token => (urgent || before.Contains(token)) && _retries.IsDue(token)).ToList();
            found += missed.Count;
            open += page.Count;
            await DeliverAsync(missed, cancellationToken);
            withoutStatus.UnionWith(page.Where(game => game.IsWithoutStatus).Select(game => game.Token));
        }

        _retries.KeepOnly(_seen, MaxWait);
        if (!urgent)
        {
            (_lost, _withoutStatus) = ([.. withoutStatus.Where(_withoutStatus.Contains)], withoutStatus);
        }

        metrics.OpenGames = open;
        if (found > 0)
        {
            LogFound(found);
        }

        LogPassed(_seen.Count, found);
    }

    private async Task SweepOrphansAsync(CancellationToken cancellationToken)
    {
        if (gameOptions.Value.Clean)
        {
            await DeliverAsync([.. (await orphans.StepAsync()).Union(_lost).Where(_retries.IsDue)], cancellationToken);
        }
    }

    private Task DeliverAsync(IReadOnlyCollection<Guid> finished, CancellationToken cancellationToken)
    {
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = Concurrency,
            TaskScheduler = TaskScheduler.Current,
            CancellationToken = cancellationToken,
        };
        return Parallel.ForEachAsync(finished, parallel, async (token, _) =>
        {
            using var span = GameMetrics.Source.StartActivity("sweep");
            span?.SetTag("game_token", token);
            _retries.PutOff(token);
            try
            {
                var outcome = await GrainFactory.GetGrain<IGameGrain>(token).FinishWithinAsync(leavingUser: null, cancellationToken);
                if (!gameOptions.Value.Clean && outcome == GameOutcome.Loaded)
                {
                    _retries.Settle(token);
                }
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                // Another silo sweeps from here.
            }
            catch (Exception exception)
            {
                LogGameFailed(token, exception.Reason(), exception.Unexpected());
            }
        });
    }

    private static TimeSpan NextWait(TimeSpan wait) =>
        wait >= MaxWait ? wait : wait * 2 < MaxWait ? wait * 2 : MaxWait;

    [LoggerMessage(301, LogLevel.Information, "Found {Count} finished games without a message, or after a failure")]
    private partial void LogFound(int count);

    [LoggerMessage(302, LogLevel.Debug, "Completed a sweep; finished games: {Seen}, processed: {Done}")]
    private partial void LogPassed(int seen, int done);

    [LoggerMessage(303, LogLevel.Warning, "Could not deliver game {Token} from the sweep, which retries: {Reason}")]
    private partial void LogGameFailed(Guid token, string reason, Exception? bug);

    [LoggerMessage(304, LogLevel.Warning, "Could not complete the sweep, which retries in {Seconds} s: {Reason}")]
    private partial void LogFailed(string reason, double seconds, Exception? bug);
}
