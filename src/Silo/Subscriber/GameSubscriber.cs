using System.Diagnostics;
using System.Threading.Channels;
using StackExchange.Redis;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Metrics;

namespace Superhero.Silo.Subscriber;

/// <summary>Hears that games have ended and hands each that is in this silo's share to its grain.</summary>
/// <remarks>What waits for its grain is bounded: beyond <see cref="Capacity"/> announcements the newest are dropped and
/// counted, instead of filling the memory. Those, and the games that fail, are left to the sweep.</remarks>
public sealed partial class GameSubscriber(
    ChannelListener listener, HearingShare share, IGrainFactory grains, SubscriberMetrics metrics, ILogger<GameSubscriber> logger)
    : BackgroundService
{
    /// <summary>How many announcements may wait.</summary>
    public const int Capacity = 65_536;

    private const int Concurrency = 32;

    private readonly Channel<(Announcement Announcement, long Heard)> _waiting =
        Channel.CreateBounded<(Announcement, long)>(Capacity);
    private long _dropped;

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await listener.Silence();
        _waiting.Writer.TryComplete();
        await base.StopAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await listener.Listen(Hear);
        await Task.WhenAll(
            listener.Watch(Hear, stoppingToken),
            Parallel.ForEachAsync(
                _waiting.Reader.ReadAllAsync(CancellationToken.None),
                new ParallelOptions { MaxDegreeOfParallelism = Concurrency },
                async (waiting, _) => await Deliver(waiting.Announcement, waiting.Heard)));
    }

    private void Hear(RedisValue message)
    {
        if (!AnnouncementParser.TryParse(message, out var announcement))
        {
            metrics.Heard("other");
        }
        else if (!share.Has(grains.GetGrain<IGameGrain>(announcement.Game).GetGrainId()))
        {
            metrics.Heard("elsewhere");
        }
        else if (_waiting.Writer.TryWrite((announcement, Stopwatch.GetTimestamp())))
        {
            metrics.Heard("own");
        }
        else
        {
            metrics.Heard("dropped");
            if (Interlocked.Increment(ref _dropped) is var dropped && long.IsPow2(dropped))
            {
                LogDropped(dropped);
            }
        }
    }

    private async Task Deliver(Announcement announcement, long heard)
    {
        using var span = GameMetrics.Source.StartActivity("announcement", ActivityKind.Consumer);
        span?.SetTag("game_token", announcement.Game);
        try
        {
            if (await grains.GetGrain<IGameGrain>(announcement.Game).FinishWithin(announcement.User) is { } outcome)
            {
                metrics.Delivered(heard, outcome);
                LogDelivered(announcement.Game, outcome);
            }
            else
            {
                LogSlow(announcement.Game);
            }
        }
        catch (Exception exception)
        {
            LogFailed(announcement.Game, exception.Message);
        }
    }

    [LoggerMessage(LogLevel.Debug, "Game {Token}: {Outcome}")]
    private partial void LogDelivered(Guid token, GameOutcome outcome);

    [LoggerMessage(LogLevel.Debug, "Game {Token} takes long, and is not waited for")]
    private partial void LogSlow(Guid token);

    [LoggerMessage(LogLevel.Warning, "Too many announcements at once: {Count} left to the sweep so far")]
    private partial void LogDropped(long count);

    [LoggerMessage(LogLevel.Warning, "Game {Token} failed and is left to the sweep: {Reason}")]
    private partial void LogFailed(Guid token, string reason);
}
