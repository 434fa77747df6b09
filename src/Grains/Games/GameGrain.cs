using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Superhero.Grains.Clean;
using Superhero.Grains.Extract;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Load;
using Superhero.Grains.Transform;
using Superhero.Redis;

namespace Superhero.Grains.Games;

/// <summary>Takes a finished game through claim, load, record and clean.</summary>
public sealed partial class GameGrain(
    [PersistentState("record", GameStorage.Name)] IPersistentState<GameRecord> record,
    GameReader reader,
    GameLoader loader,
    GameCleaner cleaner,
    GameOptions options,
    TimeProvider clock,
    ILogger<GameGrain> logger) : Grain, IGameGrain
{
    private readonly HashSet<string> _departed = [];
    private Task<GameOutcome>? _work;
    private IGrainTimer? _lastCall;

    private Guid Token => this.GetPrimaryKey();

    /// <inheritdoc />
    public Task<GameOutcome> Finish(string user)
    {
        _departed.Add(user);
        return _work is { IsCompleted: false } ? _work : _work = Finish();
    }

    /// <inheritdoc />
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_work is { IsCompleted: false } work)
        {
            await Task.WhenAny(work, Task.Delay(Timeout.Infinite, cancellationToken));
        }
    }

    private async Task<GameOutcome> Finish()
    {
        try
        {
            return record.State.Stage switch
            {
                GameStage.Cleaned => GameOutcome.Loaded,
                GameStage.Quarantined => GameOutcome.Quarantined,
                GameStage.Loaded when !options.Clean => GameOutcome.Loaded,
                _ => await Process(),
            };
        }
        catch
        {
            // What was written is unknown now; the next activation reads it again.
            DeactivateOnIdle();
            throw;
        }
    }

    private async Task<GameOutcome> Process()
    {
        var started = clock.GetTimestamp();
        try
        {
            var game = await reader.Read(Token);
            switch (game.Status)
            {
                case null:
                    DeactivateOnIdle();
                    return GameOutcome.Unknown;
                case GameStatus.Completed:
                    return await Complete(game, started);
                case GameStatus.TimedOut:
                    return await Abandon(game);
                default:
                    return GameOutcome.Running;
            }
        }
        catch (UnprocessableGameException exception)
        {
            await Write(record.State with { Stage = GameStage.Quarantined, Reason = exception.Message });
            LogQuarantined(Token, exception.Message);
            return GameOutcome.Quarantined;
        }
    }

    private async Task<GameOutcome> Complete(ExtractedGame game, long started)
    {
        if (record.State.Stage < GameStage.Loaded)
        {
            var tables = GameTables.From(game);
            await Claim();
            await loader.Load(tables, record.State.ClaimedBy);
            await Write(record.State with { Stage = GameStage.Loaded });
            LogLoaded(Token, tables.Podium.Count, game.Logs.Count, clock.GetElapsedTime(started).TotalMilliseconds);
        }

        if (options.Clean && await cleaner.CleanCompleted(game, record.Etag!))
        {
            await Write(record.State with { Stage = GameStage.Cleaned });
        }

        return GameOutcome.Loaded;
    }

    private async Task Claim()
    {
        if (record.State.Stage == GameStage.Claimed)
        {
            LogResumed(Token, record.State.ClaimedBy);
            return;
        }

        await Write(new GameRecord
        {
            Stage = GameStage.Claimed,
            ClaimedBy = options.HostName,
            ClaimedAt = clock.GetUtcNow(),
        });
    }

    private async Task<GameOutcome> Abandon(ExtractedGame game)
    {
        if (!options.Clean)
        {
            return GameOutcome.TimedOut;
        }

        if (!game.Participants.All(_departed.Contains))
        {
            // A participant who lost the connection never says good-bye, so the lobby is not kept for ever.
            _lastCall ??= this.RegisterGrainTimer(
                _ => CleanTimedOut(game),
                new GrainTimerCreationOptions(options.Expiry, Timeout.InfiniteTimeSpan) { KeepAlive = true, Interleave = true });
            return GameOutcome.Leaving;
        }

        await CleanTimedOut(game);
        return GameOutcome.TimedOut;
    }

    private async Task CleanTimedOut(ExtractedGame game)
    {
        _lastCall?.Dispose();
        _lastCall = null;
        if (await cleaner.CleanTimedOut(game))
        {
            LogTimedOut(Token, game.Participants.Count);
        }
    }

    private Task Write(GameRecord next)
    {
        Debug.Assert(next.Stage > record.State.Stage, "A record only moves forward.");
        record.State = next;
        return record.WriteStateAsync();
    }

    [LoggerMessage(LogLevel.Information, "Game {Token} loaded: {Participants} participants, {Attacks} attacks, {Milliseconds:F1} ms")]
    private partial void LogLoaded(Guid token, int participants, int attacks, double milliseconds);

    [LoggerMessage(LogLevel.Information, "Game {Token} resumed from the claim of {Silo}")]
    private partial void LogResumed(Guid token, string silo);

    [LoggerMessage(LogLevel.Information, "Game {Token} timed out with {Participants} in its lobby; its keys are cleaned")]
    private partial void LogTimedOut(Guid token, int participants);

    [LoggerMessage(LogLevel.Error, "Game {Token} quarantined, all its keys are kept: {Reason}")]
    private partial void LogQuarantined(Guid token, string reason);
}
