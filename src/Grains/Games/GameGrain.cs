using Microsoft.Extensions.Logging;
using Orleans.Placement;
using Superhero.Grains.Archive;
using Superhero.Grains.Clean;
using Superhero.Grains.Extract;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Journal;
using Superhero.Grains.Load;
using Superhero.Grains.Metrics;
using Superhero.Grains.Quarantine;
using Superhero.Grains.Transform;
using Superhero.Redis;

namespace Superhero.Grains.Games;

/// <summary>Takes a finished game through claim, load, record and clean.</summary>
/// <remarks>Placed by its hash, so that each silo knows of which games it need not hear.</remarks>
[HashBasedPlacement]
public sealed partial class GameGrain(
    [PersistentState("record", GameStorage.Name)] IPersistentState<GameRecord> record,
    GameReader reader,
    GameLoader loader,
    GameArchive archive,
    GameCleaner cleaner,
    QuarantineStore quarantine,
    GameOptions options,
    GameMetrics metrics,
    GameJournal journal,
    TimeProvider clock,
    ILogger<GameGrain> logger) : Grain, IGameGrain
{
    // A rank is a byte, so no lobby that matters has more; whoever can publish could name any number of users.
    private const int MostDeparted = 256;

    private readonly HashSet<string> _departed = [];
    private Task<GameOutcome>? _work;
    private bool _cleaned;
    private IGrainTimer? _lastCall;

    private Guid Token => this.GetPrimaryKey();

    /// <inheritdoc />
    public Task<GameOutcome> Finish(string? departed)
    {
        if (departed is not null && _departed.Count < MostDeparted)
        {
            _departed.Add(departed);
        }

        if (_work is { IsCompleted: false })
        {
            metrics.Duplicate();
            return _work;
        }

        return _work = Attempt(swept: departed is null);
    }

    /// <inheritdoc />
    public async Task<GameOutcome> Replay()
    {
        if (record.State.Stage == GameStage.Quarantined)
        {
            await (record.State.ClaimedBy.Length > 0
                ? Write(record.State with { Stage = GameStage.Claimed })
                : record.ClearStateAsync());
        }

        // Off the list only when it is done, so that a replay which fails can be repeated.
        var outcome = await Finish(null);
        if (outcome != GameOutcome.Quarantined)
        {
            await quarantine.Remove(Token);
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

    private async Task<GameOutcome> Attempt(bool swept)
    {
        try
        {
            var outcome = await ProcessOrQuarantine(swept);
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

    private async Task<GameOutcome> ProcessOrQuarantine(bool swept)
    {
        try
        {
            return await Process(swept);
        }
        catch (UnprocessableGameException exception)
        {
            await quarantine.Put(new QuarantinedGame(Token, exception.Message, exception.Line, options.HostName, clock.GetUtcNow()));
            await Write(record.State with { Stage = GameStage.Quarantined });
            metrics.Ended(GameOutcome.Quarantined, swept);
            journal.Quarantined(Token, exception.Message);
            LogQuarantined(Token, options.HostName, exception.Line is null ? exception.Message : $"{exception.Message}: {exception.Line}");
            return GameOutcome.Quarantined;
        }
    }

    private async Task<GameOutcome> Process(bool swept)
    {
        switch (record.State.Stage)
        {
            case GameStage.Quarantined:
                return GameOutcome.Quarantined;
            case GameStage.Loaded:
                metrics.Duplicate();
                return await Clean(game: null);
        }

        return await reader.Status(Token) switch
        {
            null => await Forget(swept),
            GameStatus.Completed => await Complete(swept),
            GameStatus.TimedOut => await Abandon(swept),
            _ => GameOutcome.Running,
        };
    }

    private async Task<GameOutcome> Complete(bool swept)
    {
        var started = clock.GetTimestamp();
        var resumed = record.State.Stage == GameStage.Claimed;
        LogFinished(Token);
        if (resumed)
        {
            await Write(record.State with { Attempts = record.State.Attempts + 1 });
            LogResumed(Token, options.HostName, record.State.ClaimedBy);
        }
        else
        {
            using var claim = metrics.Begin("claim");
            await Write(new GameRecord { Stage = GameStage.Claimed, ClaimedBy = options.HostName, ClaimedAt = clock.GetUtcNow() });
            LogClaimed(Token);
        }

        // Read after the claim: a silo that stood still before it could otherwise do a game that another one has done
        // and cleaned meanwhile, its record too.
        var game = await Read();
        if (game.Status != GameStatus.Completed || game.IsGone)
        {
            if (!resumed)
            {
                await record.ClearStateAsync();
            }

            return await Forget(swept);
        }

        var tables = GameTransform.ToTables(game);
        using (metrics.Begin("load"))
        {
            var files = await loader.Load(tables, record.State.ClaimedBy, again: resumed);
            metrics.Written(files.Sum(file => file.Bytes));
            journal.Loaded(tables, record.State, files);
        }

        using (metrics.Begin("record"))
        {
            await Write(record.State with { Stage = GameStage.Loaded });
        }

        metrics.Ended(GameOutcome.Loaded, swept, resumed);
        if (game.LastAttack is { } last)
        {
            metrics.LastAttack(clock.GetUtcNow() - last);
        }

        LogLoaded(Token, options.HostName, tables.Podium.Count, game.Attacks.Count, clock.GetElapsedTime(started).TotalMilliseconds);
        return await Clean(game);
    }

    private async Task<GameOutcome> Clean(ExtractedGame? game)
    {
        if (!options.Clean || _cleaned)
        {
            return GameOutcome.Loaded;
        }

        game ??= await Read();
        await archive.Keep(game, record.State);
        using var step = metrics.Begin("clean");
        if (await cleaner.CleanLoaded(game, record.Etag!))
        {
            _cleaned = true;
            journal.Cleaned(Token);
            LogCleaned(Token);
        }

        return GameOutcome.Loaded;
    }

    private async Task<ExtractedGame> Read()
    {
        using var step = metrics.Begin("read");
        return await reader.Read(Token);
    }

    private async Task<GameOutcome> Abandon(bool swept)
    {
        var game = await reader.Read(Token);
        if (!options.Clean)
        {
            return GameOutcome.TimedOut;
        }

        if (!game.Participants.All(_departed.Contains))
        {
            // A participant who lost the connection never says good-bye, so the lobby is not kept for ever.
            _lastCall ??= this.RegisterGrainTimer(
                _ => CleanTimedOut(game, swept),
                new GrainTimerCreationOptions(options.Expiry, Timeout.InfiniteTimeSpan) { KeepAlive = true, Interleave = true });
            return GameOutcome.Leaving;
        }

        await CleanTimedOut(game, swept);
        return GameOutcome.TimedOut;
    }

    private async Task CleanTimedOut(ExtractedGame game, bool swept)
    {
        _lastCall?.Dispose();
        _lastCall = null;
        if (await cleaner.CleanTimedOut(game))
        {
            metrics.Ended(GameOutcome.TimedOut, swept);
            journal.TimedOut(Token);
            LogTimedOut(Token, options.HostName, game.Participants.Count);
        }
    }

    // Redis has no such game, or no more than leftovers of it.
    private async Task<GameOutcome> Forget(bool swept)
    {
        if (record.RecordExists)
        {
            throw new UnprocessableGameException("its keys left Redis before it was loaded");
        }

        if (swept && options.Clean)
        {
            if (await reader.HasLog(Token))
            {
                throw new UnprocessableGameException("its status left Redis and its log did not");
            }

            await cleaner.CleanGone(await reader.Read(Token));
        }

        DeactivateOnIdle();
        return GameOutcome.Unknown;
    }

    private Task Write(GameRecord next)
    {
        record.State = next;
        return record.WriteStateAsync();
    }

    [LoggerMessage(LogLevel.Debug, "Game {Token} is finished")]
    private partial void LogFinished(Guid token);

    [LoggerMessage(LogLevel.Debug, "Game {Token} claimed")]
    private partial void LogClaimed(Guid token);

    [LoggerMessage(LogLevel.Information, "Game {Token} resumed from the claim of {Claimer}, by {Silo}")]
    private partial void LogResumed(Guid token, string silo, string claimer);

    [LoggerMessage(LogLevel.Information, "Game {Token} loaded by {Silo}: {Participants} participants, {Attacks} attacks, {Milliseconds:F1} ms")]
    private partial void LogLoaded(Guid token, string silo, int participants, int attacks, double milliseconds);

    [LoggerMessage(LogLevel.Debug, "Game {Token} cleaned")]
    private partial void LogCleaned(Guid token);

    [LoggerMessage(LogLevel.Information, "Game {Token} timed out with {Participants} in its lobby; its keys are cleaned by {Silo}")]
    private partial void LogTimedOut(Guid token, string silo, int participants);

    [LoggerMessage(LogLevel.Error, "Game {Token} quarantined by {Silo}, all its keys are kept: {Reason}")]
    private partial void LogQuarantined(Guid token, string silo, string reason);
}
