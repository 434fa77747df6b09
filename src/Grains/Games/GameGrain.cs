using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Placement;
using Superhero.Grains.Archive;
using Superhero.Grains.Clean;
using Superhero.Grains.Extract;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Journal;
using Superhero.Grains.Load;
using Superhero.Grains.Logging;
using Superhero.Grains.Metrics;
using Superhero.Grains.Quarantine;
using Superhero.Grains.Transform;
using Superhero.Redis;

namespace Superhero.Grains.Games;

/// <summary>Takes a finished game through claim, load, record and clean.</summary>
/// <remarks>Placed by its hash, so that each silo knows which messages are of no concern to it.</remarks>
[HashBasedPlacement]
public sealed partial class GameGrain(
    [PersistentState("record", GameStorage.Name)] IPersistentState<GameRecord> record,
    GameReader reader,
    GameLoader loader,
    GameArchive archive,
    GameCleaner cleaner,
    QuarantineStore quarantine,
    IOptions<GameOptions> options,
    GameMetrics metrics,
    GameJournal journal,
    TimeProvider clock,
    ILogger<GameGrain> logger) : Grain, IGameGrain
{
    // A rank is a byte, so no lobby that matters has more; whoever can publish could name any number of users.
    private const int MaxLeavingUsers = 256;

    private readonly HashSet<string> _leavingUsers = [];
    private Task<GameOutcome>? _work;
    private bool _cleaned;
    private IGrainTimer? _lobbyCleanupTimer;

    private Guid Token => this.GetPrimaryKey();

    /// <inheritdoc />
    public Task<GameOutcome> Finish(string? leavingUser)
    {
        if (leavingUser is not null && _leavingUsers.Count < MaxLeavingUsers)
        {
            _leavingUsers.Add(leavingUser);
        }

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
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_work is { IsCompleted: false } work)
        {
            await Task.WhenAny(work, Task.Delay(Timeout.Infinite, cancellationToken));
        }
    }

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
            metrics.Ended(GameOutcome.Quarantined, swept);
            journal.Quarantined(Token, exception.Message);
            LogQuarantined(
                Token,
                options.Value.HostName,
                exception.Line is null ? exception.Reason() : $"{exception.Reason()}: {exception.Line.ReplaceLineEndings(" ")}");
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
        LogFinished(Token);
        if (resumed)
        {
            await WriteAsync(record.State with { Attempts = record.State.Attempts + 1 });
            LogResumed(Token, options.Value.HostName, record.State.ClaimedBy);
        }
        else
        {
            using var claim = metrics.Begin("claim");
            await WriteAsync(new GameRecord { Stage = GameStage.Claimed, ClaimedBy = options.Value.HostName, ClaimedAt = clock.GetUtcNow() });
            LogClaimed(Token);
        }

        // Read after the claim: a silo that stood still before it could otherwise do a game that another one has done
        // and cleaned meanwhile, its record too.
        var game = await ReadAsync();
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
            var files = await loader.LoadAsync(tables, record.State.ClaimedBy, again: resumed);
            metrics.Written(files.Sum(file => file.Bytes));
            journal.Loaded(tables, record.State, files);
        }

        using (metrics.Begin("record"))
        {
            await WriteAsync(record.State with { Stage = GameStage.Loaded });
        }

        metrics.Ended(GameOutcome.Loaded, swept, resumed);
        if (game.LastAttack is { } last)
        {
            metrics.LastAttack(clock.GetUtcNow() - last);
        }

        LogLoaded(Token, options.Value.HostName, tables.Podium.Count, game.Attacks.Count, clock.GetElapsedTime(started).TotalMilliseconds);
        return await CleanAsync(game);
    }

    private async Task<GameOutcome> CleanAsync(ExtractedGame? game)
    {
        if (!options.Value.Clean || _cleaned)
        {
            return GameOutcome.Loaded;
        }

        game ??= await ReadAsync();
        await archive.StoreAsync(game, record.State);
        using var step = metrics.Begin("clean");
        if (await cleaner.CleanLoadedAsync(game, record.Etag!))
        {
            _cleaned = true;
            journal.Cleaned(Token);
            LogCleaned(Token);
        }

        return GameOutcome.Loaded;
    }

    private async Task<ExtractedGame> ReadAsync()
    {
        using var step = metrics.Begin("read");
        return await reader.ReadAsync(Token);
    }

    private async Task<GameOutcome> HandleTimedOutAsync(bool swept)
    {
        var game = await reader.ReadAsync(Token);
        if (!options.Value.Clean)
        {
            return GameOutcome.TimedOut;
        }

        if (!game.Participants.All(_leavingUsers.Contains))
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
            metrics.Ended(GameOutcome.TimedOut, swept);
            journal.TimedOut(Token);
            LogTimedOut(Token, options.Value.HostName, game.Participants.Count);
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

    [LoggerMessage(201, LogLevel.Debug, "Game {Token} is finished")]
    private partial void LogFinished(Guid token);

    [LoggerMessage(202, LogLevel.Debug, "Game {Token} claimed")]
    private partial void LogClaimed(Guid token);

    [LoggerMessage(203, LogLevel.Information, "Game {Token} resumed from the claim of {Claimer}, by {Silo}")]
    private partial void LogResumed(Guid token, string silo, string claimer);

    [LoggerMessage(204, LogLevel.Information, "Game {Token} loaded by {Silo} in {Milliseconds:F1} ms; participants: {Participants}, attacks: {Attacks}")]
    private partial void LogLoaded(Guid token, string silo, int participants, int attacks, double milliseconds);

    [LoggerMessage(205, LogLevel.Debug, "Game {Token} cleaned")]
    private partial void LogCleaned(Guid token);

    [LoggerMessage(206, LogLevel.Information, "Game {Token} timed out with {Participants} in its lobby; its keys are cleaned by {Silo}")]
    private partial void LogTimedOut(Guid token, string silo, int participants);

    [LoggerMessage(207, LogLevel.Error, "Game {Token} quarantined by {Silo}, all its keys are kept: {Reason}")]
    private partial void LogQuarantined(Guid token, string silo, string reason);
}
