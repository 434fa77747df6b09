using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Superhero.Grains.Extract;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Journal;
using Superhero.Grains.Logging;
using Superhero.Grains.Metrics;
using Superhero.Tables.Files;
using Superhero.Tables.Rows;

namespace Superhero.Grains.Games;

/// <summary>Tells what happens to games: to the log, the metrics and the journal.</summary>
public sealed partial class GameReporter(
    GameMetrics metrics, GameJournal journal, IOptions<GameOptions> options, TimeProvider clock, ILogger<GameGrain> logger)
{
    private string Silo => options.Value.HostName;

    /// <summary>A game was found finished.</summary>
    public void Finished(Guid token) => LogFinished(token);

    /// <summary>This silo has claimed a game.</summary>
    public void Claimed(Guid token) => LogClaimed(token);

    /// <summary>This silo goes on with a game that was claimed before.</summary>
    public void Resumed(Guid token, GameRecord record) => LogResumed(token, Silo, record.ClaimedBy);

    /// <summary>Both files of a game are safe, and that is recorded.</summary>
    /// <param name="game">The game as it was read.</param>
    /// <param name="swept">Whether the sweep found it, and no message.</param>
    /// <param name="resumed">Whether an earlier attempt had claimed it.</param>
    /// <param name="started">When this attempt began, as a timestamp of the clock.</param>
    public void Loaded(ExtractedGame game, bool swept, bool resumed, long started)
    {
        metrics.Ended(GameOutcome.Loaded, swept, resumed);
        if (game.LastAttack is { } last)
        {
            metrics.LastAttack(clock.GetUtcNow() - last);
        }

        LogLoaded(game.Token, Silo, clock.GetElapsedTime(started).TotalMilliseconds, game.Participants.Count, game.Attacks.Count);
    }

    /// <summary>Both files of a game are safe.</summary>
    public void Written(GameTables tables, GameRecord record, IReadOnlyList<WrittenFile> files)
    {
        metrics.Written(files.Sum(file => file.Bytes));
        journal.Loaded(tables, record, files);
    }

    /// <summary>The keys of a loaded game are on their way out of Redis.</summary>
    public void Cleaned(Guid token)
    {
        journal.Cleaned(token);
        LogCleaned(token);
    }

    /// <summary>The keys of a lobby that never filled are on their way out of Redis.</summary>
    public void TimedOut(ExtractedGame game, bool swept)
    {
        metrics.Ended(GameOutcome.TimedOut, swept);
        journal.TimedOut(game.Token);
        LogTimedOut(game.Token, Silo, game.Participants.Count);
    }

    /// <summary>A game is in quarantine.</summary>
    public void Quarantined(Guid token, UnprocessableGameException exception, bool swept)
    {
        metrics.Ended(GameOutcome.Quarantined, swept);
        journal.Quarantined(token, exception.Message);
        LogQuarantined(
            token, Silo, exception.Line is null ? exception.Reason() : $"{exception.Reason()}: {exception.Line.ReplaceLineEndings(" ")}");
    }

    [LoggerMessage(201, LogLevel.Debug, "Game {Token} is finished")]
    private partial void LogFinished(Guid token);

    [LoggerMessage(202, LogLevel.Debug, "Game {Token} claimed")]
    private partial void LogClaimed(Guid token);

    [LoggerMessage(203, LogLevel.Information, "Game {Token} resumed from the claim of {Claimer}, by {Silo}")]
    private partial void LogResumed(Guid token, string silo, string claimer);

    [LoggerMessage(204, LogLevel.Information, "Game {Token} loaded by {Silo} in {Milliseconds:F1} ms; participants: {Participants}, attacks: {Attacks}")]
    private partial void LogLoaded(Guid token, string silo, double milliseconds, int participants, int attacks);

    [LoggerMessage(205, LogLevel.Debug, "Game {Token} cleaned")]
    private partial void LogCleaned(Guid token);

    [LoggerMessage(206, LogLevel.Information, "Game {Token} timed out with {Participants} in its lobby; its keys are cleaned by {Silo}")]
    private partial void LogTimedOut(Guid token, string silo, int participants);

    [LoggerMessage(207, LogLevel.Error, "Game {Token} quarantined by {Silo}, all its keys are kept: {Reason}")]
    private partial void LogQuarantined(Guid token, string silo, string reason);
}
