using System.Threading.Channels;
using StackExchange.Redis;
using Superhero.Grains.Interfaces;

namespace Superhero.Silo.Subscriber;

/// <summary>Hears that games have ended and hands each to its grain.</summary>
/// <remarks>What waits for its grain is bounded: beyond <see cref="Capacity"/> announcements the newest are dropped and
/// counted, instead of filling the memory.</remarks>
public sealed partial class GameSubscriber(
    IConnectionMultiplexer redis, IGrainFactory grains, SiloOptions options, ILogger<GameSubscriber> logger) : BackgroundService
{
    /// <summary>How many announcements may wait.</summary>
    public const int Capacity = 65_536;

    private const int Concurrency = 32;
    private const int Attempts = 10;
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private readonly Channel<Announcement> _waiting = Channel.CreateBounded<Announcement>(Capacity);
    private long _dropped;

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await Unsubscribe();
        _waiting.Writer.TryComplete();
        await (ExecuteTask ?? Task.CompletedTask).WaitAsync(cancellationToken);
        await base.StopAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var channel in options.Channels)
        {
            await redis.GetSubscriber().SubscribeAsync(RedisChannel.Literal(channel), (_, message) => Hear(message));
        }

        LogListening(string.Join(", ", options.Channels));
        await Parallel.ForEachAsync(
            _waiting.Reader.ReadAllAsync(CancellationToken.None),
            new ParallelOptions { MaxDegreeOfParallelism = Concurrency },
            async (announcement, _) => await Deliver(announcement, stoppingToken));
    }

    private void Hear(RedisValue message)
    {
        if (AnnouncementParser.TryParse(message, out var announcement)
            && !_waiting.Writer.TryWrite(announcement)
            && Interlocked.Increment(ref _dropped) is var dropped
            && long.IsPow2(dropped))
        {
            LogDropped(dropped);
        }
    }

    private async Task Deliver(Announcement announcement, CancellationToken stoppingToken)
    {
        var wait = FirstWait;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var outcome = await grains.GetGrain<IGameGrain>(announcement.Game).Finish(announcement.User);
                LogDelivered(announcement.Game, outcome);
                return;
            }
            catch (Exception exception) when (attempt < Attempts && !stoppingToken.IsCancellationRequested)
            {
                LogRetry(announcement.Game, exception.Message, wait.TotalSeconds);
            }
            catch (Exception exception)
            {
                LogGivenUp(exception, announcement.Game);
                return;
            }

            await Task.Delay(wait, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
        }
    }

    private async Task Unsubscribe()
    {
        try
        {
            foreach (var channel in options.Channels)
            {
                await redis.GetSubscriber().UnsubscribeAsync(RedisChannel.Literal(channel));
            }
        }
        catch (RedisException)
        {
            // Without Redis nothing is heard anyway.
        }
    }

    [LoggerMessage(LogLevel.Information, "Listening on {Channels}")]
    private partial void LogListening(string channels);

    [LoggerMessage(LogLevel.Debug, "Game {Token}: {Outcome}")]
    private partial void LogDelivered(Guid token, GameOutcome outcome);

    [LoggerMessage(LogLevel.Warning, "Too many announcements at once: {Count} dropped so far")]
    private partial void LogDropped(long count);

    [LoggerMessage(LogLevel.Warning, "Game {Token} is tried again in {Seconds} s: {Reason}")]
    private partial void LogRetry(Guid token, string reason, double seconds);

    [LoggerMessage(LogLevel.Error, "Game {Token} is given up until it is announced again")]
    private partial void LogGivenUp(Exception exception, Guid token);
}
