using Microsoft.Extensions.Options;
using Orleans.Placement;
using Superhero.Grains.Clean;
using Superhero.Grains.Extract;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Load;
using Superhero.Grains.Metrics;
using Superhero.Grains.Quarantine;
using Superhero.Grains.Transform;
using Superhero.Redis;

namespace Superhero.Grains.Games;

/// <summary>Takes a finished game through claim, load, record and clean.</summary>
/// <remarks>Placed by its hash, so that each silo knows which messages are of no concern to it.</remarks>
[HashBasedPlacement]
public sealed class GameGrain(
    [PersistentState("record", GameStorage.Name)] IPersistentState<GameRecord> record,
    GameReader reader,
    GameLoader loader,
    GameCleaner cleaner,
    QuarantineStore quarantine,
    IOptions<GameOptions> options,
    GameMetrics metrics,
    GameReporter reporter,
    TimeProvider clock) : Grain, IGameGrain
{
    private readonly LeavingUsers _leavingUsers = new();
    private Task<GameOutcome>? _work;
    private bool _cleaned;
    private IGrainTimer? _lobbyCleanupTimer;

    private Guid Token => this.GetPrimaryKey();

    /// <inheritdoc />
    public Task<GameOutcome> Finish(string? leavingUser)
    {
        _leavingUsers.Add(leavingUser);
        if (_work is { IsCompleted: false })
        {
            metrics.Duplicate();
            return _work;
        }

        return _work = AttemptAsync(swept: leavingUser is null);
    }

    /// <inheritdoc />
    public async Task<GameOutcome> Replay()
    {
        if (record.State.Stage == GameStage.Quarantined)
        {
            await (record.State.ClaimedBy.Length > 0
                ? WriteAsync(record.State with { Stage = GameStage.Claimed })
                : record.ClearStateAsync());
        }

        // Off the list only when it is done, so that a replay which fails can be repeated.
        var outcome = await Finish(null);
        if (outcome != GameOutcome.Quarantined)
        {
            await quarantine.RemoveAsync(Token);
        }

        return outcome;
    }

    /// <inheritdoc />
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) =>
        await ((Task?)_work ?? Task.CompletedTask).WaitAsync(cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

    private async Task<GameOutcome> AttemptAsync(bool swept)
    {
        try
        {
            var outcome = await ProcessOrQuarantineAsync(swept);
            if (swept && outcome != GameOutcome.Leaving)
            {
                // No message announced it, so nobody else will ask.
                DeactivateOnIdle();
            }

            return outcome;
        }
        catch
        {
            // What was written is unknown now; the next activation reads it again.
            DeactivateOnIdle();
            throw;
        }
    }

    private async Task<GameOutcome> ProcessOrQuarantineAsync(bool swept)
    {
        try
        {
            return await ProcessAsync(swept);
        }
        catch (UnprocessableGameException exception)
        {
            await quarantine.PutAsync(new QuarantinedGame(Token, exception.Message, exception.Line, options.Value.HostName, clock.GetUtcNow()));
            await WriteAsync(record.State with { Stage = GameStage.Quarantined });
            reporter.Quarantined(Token, exception, swept);
            return GameOutcome.Quarantined;
        }
    }

    private async Task<GameOutcome> ProcessAsync(bool swept)
    {
        switch (record.State.Stage)
        {
            case GameStage.Quarantined:
                return GameOutcome.Quarantined;
            case GameStage.Loaded:
                metrics.Duplicate();
                return await CleanAsync(game: null);
        }

        return await reader.ReadStatusAsync(Token) switch
        {
            null => await HandleMissingAsync(swept),
            GameStatus.Completed => await CompleteAsync(swept),
            GameStatus.TimedOut => await HandleTimedOutAsync(swept),
            _ => GameOutcome.Running,
        };
    }

    private async Task<GameOutcome> CompleteAsync(bool swept)
    {
        var started = clock.GetTimestamp();
        var resumed = record.State.Stage == GameStage.Claimed;
        reporter.Finished(Token);
        if (resumed)
        {
            await WriteAsync(record.State with { Attempts = record.State.Attempts + 1 });
            reporter.Resumed(Token, record.State);
        }
        else
        {
            using var claim = metrics.Begin("claim");
            await WriteAsync(new GameRecord { Stage = GameStage.Claimed, ClaimedBy = options.Value.HostName, ClaimedAt = clock.GetUtcNow() });
            reporter.Claimed(Token);
        }

        // Read after the claim: a silo that stood still before it could otherwise do a game that another one has done
        // and cleaned meanwhile, its record too.
        var game = await reader.ReadAsync(Token);
        if (game.Status != GameStatus.Completed || game.IsGone)
        {
            if (!resumed)
            {
                await record.ClearStateAsync();
            }

            return await HandleMissingAsync(swept);
        }

        var tables = GameTransform.ToTables(game);
        using (metrics.Begin("load"))
        {
            reporter.Written(tables, record.State, await loader.LoadAsync(tables, record.State.ClaimedBy, again: resumed));
        }

        using (metrics.Begin("record"))
        {
            await WriteAsync(record.State with { Stage = GameStage.Loaded });
        }

        reporter.Loaded(game, swept, resumed, started);
        return await CleanAsync(game);
    }

    private async Task<GameOutcome> CleanAsync(ExtractedGame? game)
    {
        if (!options.Value.Clean || _cleaned)
        {
            return GameOutcome.Loaded;
        }

        game ??= await reader.ReadAsync(Token);
        if (await cleaner.CleanLoadedAsync(game, record.State, record.Etag!))
        {
            _cleaned = true;
            reporter.Cleaned(Token);
        }

        return GameOutcome.Loaded;
    }

    private async Task<GameOutcome> HandleTimedOutAsync(bool swept)
    {
        var game = await reader.ReadAsync(Token);
        if (!options.Value.Clean)
        {
            return GameOutcome.TimedOut;
        }

        if (!_leavingUsers.Include(game.Participants))
        {
            // A participant who lost the connection never says good-bye, so the lobby is not kept for ever.
            _lobbyCleanupTimer ??= this.RegisterGrainTimer(
                _ => CleanTimedOutAsync(game, swept),
                new GrainTimerCreationOptions(options.Value.Expiry, Timeout.InfiniteTimeSpan) { KeepAlive = true, Interleave = true });
            return GameOutcome.Leaving;
        }

        await CleanTimedOutAsync(game, swept);
        return GameOutcome.TimedOut;
    }

    private async Task CleanTimedOutAsync(ExtractedGame game, bool swept)
    {
        _lobbyCleanupTimer?.Dispose();
        _lobbyCleanupTimer = null;
        if (await cleaner.CleanTimedOutAsync(game))
        {
            reporter.TimedOut(game, swept);
        }
    }

    // Redis has no such game, or no more than leftovers of it.
    private async Task<GameOutcome> HandleMissingAsync(bool swept)
    {
        if (record.RecordExists)
        {
            throw new UnprocessableGameException("its keys left Redis before it was loaded");
        }

        if (swept && options.Value.Clean)
        {
            if (await reader.HasLogAsync(Token))
            {
                throw new UnprocessableGameException("its status left Redis and its log did not");
            }

            await cleaner.CleanGoneAsync(await reader.ReadAsync(Token));
        }

        DeactivateOnIdle();
        return GameOutcome.Unknown;
    }

    private Task WriteAsync(GameRecord next)
    {
        record.State = next;
        return record.WriteStateAsync();
    }
}
