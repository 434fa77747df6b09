using System.Diagnostics;
using System.Threading.Channels;
using StackExchange.Redis;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Logging;
using Superhero.Grains.Metrics;

namespace Superhero.Silo.Subscriber;

/// <summary>Hears that games have ended and hands each that is in this silo's share to its grain.</summary>
/// <remarks>What waits for its grain is bounded: beyond <see cref="Capacity"/> announcements the newest are dropped and
/// counted, instead of filling the memory. Those, and the games that fail, are left to the sweep.</remarks>
public sealed partial class GameSubscriber(
    ChannelSubscription subscription, PartitionOwnership ownership, IGrainFactory grains, SubscriberMetrics metrics, ILogger<GameSubscriber> logger)
    : BackgroundService
{
    /// <summary>How many announcements may wait.</summary>
    public const int Capacity = 65_536;

    private const int Concurrency = 32;

    private readonly Channel<(GameFinishedMessage Message, long Received)> _waiting =
        Channel.CreateBounded<(GameFinishedMessage, long)>(Capacity);
    private long _dropped;

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await subscription.UnsubscribeAsync();
        _waiting.Writer.TryComplete();
        await base.StopAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await subscription.SubscribeAsync(OnMessage);
        await Task.WhenAll(
            subscription.MonitorAsync(OnMessage, stoppingToken),
            Parallel.ForEachAsync(
                _waiting.Reader.ReadAllAsync(CancellationToken.None),
                new ParallelOptions { MaxDegreeOfParallelism = Concurrency },
                async (waiting, _) => await DeliverAsync(waiting.Message, waiting.Received)));
    }

    private void OnMessage(RedisValue message)
    {
        if (!GameFinishedMessageParser.TryParse(message, out var finished))
        {
            metrics.Received("other");
        }
        else if (!ownership.IsLocal(grains.GetGrain<IGameGrain>(finished.Game).GetGrainId()))
        {
            metrics.Received("elsewhere");
        }
        else if (_waiting.Writer.TryWrite((finished, Stopwatch.GetTimestamp())))
        {
            metrics.Received("own");
        }
        else
        {
            metrics.Received("dropped");
            if (Interlocked.Increment(ref _dropped) is var dropped && long.IsPow2(dropped))
            {
                LogDropped(dropped);
            }
        }
    }

    private async Task DeliverAsync(GameFinishedMessage message, long received)
    {
        using var span = GameMetrics.Source.StartActivity("announcement", ActivityKind.Consumer);
        span?.SetTag("game_token", message.Game);
        try
        {
            if (await grains.GetGrain<IGameGrain>(message.Game).FinishWithinAsync(message.User) is { } outcome)
            {
                metrics.Delivered(received, outcome);
                LogDelivered(message.Game, outcome);
            }
            else
            {
                LogSlow(message.Game);
            }
        }
        catch (Exception exception)
        {
            LogFailed(message.Game, exception.Reason(), exception.Unexpected());
        }
    }

    [LoggerMessage(111, LogLevel.Debug, "Game {Token}: {Outcome}")]
    private partial void LogDelivered(Guid token, GameOutcome outcome);

    [LoggerMessage(112, LogLevel.Debug, "Game {Token} takes long, and is not waited for")]
    private partial void LogSlow(Guid token);

    [LoggerMessage(113, LogLevel.Warning, "Too many announcements at once: {Count} left to the sweep so far")]
    private partial void LogDropped(long count);

    [LoggerMessage(114, LogLevel.Warning, "Game {Token} failed and is left to the sweep: {Reason}")]
    private partial void LogFailed(Guid token, string reason, Exception? bug);
}
