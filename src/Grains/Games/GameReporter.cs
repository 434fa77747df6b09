using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Superhero.Grains.Extract;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Ledger;
using Superhero.Grains.Logging;
using Superhero.Grains.Metrics;

namespace Superhero.Grains.Games;

/// <summary>Tells what happens to games: to the log, the metrics and the health checks.</summary>
public sealed partial class GameReporter(
    GameMetrics metrics, GameFailures failures, IOptions<GameOptions> options, TimeProvider clock, ILogger<GameGrain> logger)
{
    private readonly FailureSummary _failures = new(clock);

    private string Silo => options.Value.HostName;

    /// <summary>This silo has claimed a game, or goes on from an earlier claim.</summary>
    /// <returns>The time, as a timestamp of the clock.</returns>
    public long Claimed(Claim claim)
    {
        if (claim.IsResumed)
        {
            LogResumed(claim.Token, Silo, claim.ClaimedBy);
        }
        else
        {
            LogClaimed(claim.Token);
        }

        return clock.GetTimestamp();
    }

    /// <summary>Both files of a game are safe.</summary>
    public void Written(long bytes) => metrics.Written(bytes);

    /// <summary>Both files of a game are safe, and that is recorded.</summary>
    /// <param name="claim">The attempt.</param>
    /// <param name="game">The game as it was read.</param>
    /// <param name="swept">Whether the sweep found it, and no message.</param>
    /// <param name="started">When this attempt began, as a timestamp of the clock.</param>
    public void Loaded(Claim claim, ExtractedGame game, bool swept, long started)
    {
        failures.Succeeded(claim.Token);
        metrics.Ended(GameOutcome.Loaded, swept, claim.IsResumed);
        if (game.LastAttack is { } last)
        {
            metrics.LastAttack(clock.GetUtcNow() - last);
        }

        LogLoaded(claim.Token, Silo, clock.GetElapsedTime(started).TotalMilliseconds, game.Fighters.Count, game.Attacks);
    }

    /// <summary>Another attempt has taken the game over.</summary>
    public void Lost(Claim claim) => LogLost(claim.Token, Silo);

    /// <summary>The keys of a lobby that never filled are on their way out of Redis.</summary>
    public void TimedOut(Guid token, int participants, bool swept)
    {
        metrics.Ended(GameOutcome.TimedOut, swept);
        LogTimedOut(token, Silo, participants);
    }

    /// <summary>Log lines that came after a game was cleaned are removed.</summary>
    public void Late(Guid token, long lines) => LogLate(token, Silo, lines);

    /// <summary>A game is in quarantine.</summary>
    public void Quarantined(Guid token, UnprocessableGameException exception, bool swept)
    {
        failures.Succeeded(token);
        metrics.Ended(GameOutcome.Quarantined, swept);
        LogQuarantined(
            token, Silo, exception.Line is null ? exception.Reason() : $"{exception.Reason()}: {exception.Line.ReplaceLineEndings(" ")}");
    }

    /// <summary>An attempt at a game failed. The first failure of a kind has a line of the log, and then there is one a
    /// minute for all of them.</summary>
    public void Failed(Guid token, Exception exception)
    {
        var cause = FailureCause.Of(exception);
        failures.Failed(token, exception.Reason());
        metrics.Failed(cause);
        if (_failures.Add(cause) is { } count)
        {
            LogFailed(token, exception.Reason(), count, exception.Unexpected());
        }
    }

    [LoggerMessage(202, LogLevel.Debug, "Claimed game {Token}")]
    private partial void LogClaimed(Guid token);

    [LoggerMessage(203, LogLevel.Information, "Took over the claim of {Claimer} on game {Token}, by {Silo}")]
    private partial void LogResumed(Guid token, string silo, string claimer);

    [LoggerMessage(204, LogLevel.Information, "Loaded game {Token} by {Silo} in {Milliseconds:F1} ms; participants: {Participants}, attacks: {Attacks}")]
    private partial void LogLoaded(Guid token, string silo, double milliseconds, int participants, int attacks);

    [LoggerMessage(205, LogLevel.Information, "Lost game {Token} to another attempt; the attempt of {Silo} changed nothing")]
    private partial void LogLost(Guid token, string silo);

    [LoggerMessage(206, LogLevel.Information, "Cleaned game {Token} by {Silo}, whose lobby timed out with {Participants} participants")]
    private partial void LogTimedOut(Guid token, string silo, int participants);

    [LoggerMessage(207, LogLevel.Error, "Quarantined game {Token} by {Silo} and kept all its keys: {Reason}")]
    private partial void LogQuarantined(Guid token, string silo, string reason);

    [LoggerMessage(208, LogLevel.Warning, "Could not process game {Token}, which is retried; {Count} similar failures since the last report: {Reason}")]
    private partial void LogFailed(Guid token, string reason, int count, Exception? bug);

    [LoggerMessage(209, LogLevel.Information, "Silo {Silo} removed {Lines} log lines of game {Token}, which came after the game was loaded and cleaned")]
    private partial void LogLate(Guid token, string silo, long lines);
}
