using System.Diagnostics;
using Superhero.Grains.Games;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Logging;
using Superhero.Grains.Metrics;

namespace Superhero.Silo.Subscriber;

/// <summary>Hands a game that has ended to its grain. If no silo has room for it now, it is handed over again.</summary>
public sealed partial class GameDelivery(
    GameShare share, PartitionOwnership ownership, GameAdmission admission, UnknownGames unknown, ILocalSiloDetails self, IGrainFactory grains,
    SubscriberMetrics metrics, TimeProvider clock, ILogger<GameDelivery> logger)
{
    // Another silo that this one takes for the owner may admit none, while this one would.
    private static readonly TimeSpan DeferredWait = TimeSpan.FromSeconds(1);

    /// <summary>Hands the game over until a grain has taken it.</summary>
    /// <param name="announcement">The announcement that it has ended.</param>
    /// <param name="leaving">Cancelled when this silo begins to leave the cluster.</param>
    /// <returns>What became of the game; null if nobody knows, or this silo is no member.</returns>
    public async Task<GameOutcome?> DeliverAsync(Announcement announcement, CancellationToken leaving)
    {
        while (ownership.IsMember && !leaving.IsCancellationRequested)
        {
            if (await CallGrainAsync(announcement, leaving) is not GameOutcome.Deferred and var outcome)
            {
                return outcome;
            }

            await Task.WhenAll(admission.WaitForRoomAsync(leaving), Task.Delay(DeferredWait, clock, leaving))
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return null;
    }

    private async Task<GameOutcome?> CallGrainAsync(Announcement announcement, CancellationToken leaving)
    {
        var (game, user) = announcement.Message;
        using var span = GameMetrics.Source.StartActivity("announcement", ActivityKind.Consumer);
        span?.SetTag("game_token", game);
        if (ownership.IsSettling)
        {
            OwnPlacement.Ask(self);
        }

        try
        {
            if (await grains.GetGrain<IGameGrain>(game).FinishWithinAsync(user, CancellationToken.None) is { } outcome)
            {
                if (outcome != GameOutcome.Deferred)
                {
                    unknown.Add(outcome);
                    metrics.Delivered(clock.GetElapsedTime(announcement.Heard), outcome);
                }

                LogDelivered(game, outcome);
                return outcome;
            }

            LogSlow(game);
        }
        catch (Exception exception)
        {
            if (ownership.IsMember && !leaving.IsCancellationRequested)
            {
                LogFailed(game, exception.Reason(), exception.Unexpected());
            }
            else
            {
                LogLeft(game, exception.Reason());
            }
        }

        share.Keep(announcement);
        return null;
    }

    [LoggerMessage(111, LogLevel.Debug, "Delivered game {Token}: {Outcome}")]
    private partial void LogDelivered(Guid token, GameOutcome outcome);

    [LoggerMessage(112, LogLevel.Debug, "Stopped waiting for game {Token}, whose grain has not answered yet")]
    private partial void LogSlow(Guid token);

    [LoggerMessage(114, LogLevel.Warning, "Could not call the grain of game {Token}; this silo calls it again when the cluster's members change, and the sweep finds it otherwise: {Reason}")]
    private partial void LogFailed(Guid token, string reason, Exception? bug);

    [LoggerMessage(117, LogLevel.Debug, "Left game {Token} to the other silos, since this one leaves the cluster: {Reason}")]
    private partial void LogLeft(Guid token, string reason);
}
