using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Superhero.Grains.Logging;

namespace Superhero.Silo.Subscriber;

/// <summary>Subscribes to the channels, and notices when a subscription has gone stale: after a reconnect it can be lost
/// without an error. On a channel where nothing was received for a while a heartbeat is published, and where even that is
/// not received, the channel is subscribed to again. Once a connection has broken, a channel counts as stale until something
/// is received on it.</summary>
public sealed partial class ChannelSubscription(
    IConnectionMultiplexer redis, IOptions<SubscriberOptions> options, TimeProvider clock, ILogger<ChannelSubscription> logger)
{
    /// <summary>How long a channel may be silent before it is spoken to, and again before it is subscribed to again.</summary>
    public static readonly TimeSpan SilenceTimeout = TimeSpan.FromSeconds(5);

    // Shaped like the simulator's messages, for others that read the channel.
    private const string Heartbeat = """{"level": "DEBUG", "name": "superhero.silo", "log_message": "Are You There"}""";

    private readonly ConcurrentDictionary<string, bool> _received = new();
    private readonly ConcurrentDictionary<string, bool> _stale = new();
    private readonly HashSet<string> _probed = [];

    /// <summary>The channels whose subscription is not known to work.</summary>
    public IReadOnlyCollection<string> StaleChannels => [.. options.Value.Channels.Where(_stale.ContainsKey)];

    private ISubscriber Subscriber => redis.GetSubscriber();

    /// <summary>Subscribes to all channels; to those for which that fails, later.</summary>
    /// <param name="onMessage">Told of every message, on any thread.</param>
    public async Task SubscribeAsync(Action<RedisValue> onMessage)
    {
        redis.ConnectionFailed += (_, _) => MarkAllStale();
        try
        {
            foreach (var channel in options.Value.Channels)
            {
                await SubscribeToAsync(channel, onMessage);
            }

            LogSubscribed(string.Join(", ", options.Value.Channels));
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            MarkAllStale();
            LogNotSubscribed(exception.Reason());
        }
    }

    /// <summary>Looks after the subscriptions until it is told to stop.</summary>
    public async Task MonitorAsync(Action<RedisValue> onMessage, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(SilenceTimeout, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                foreach (var channel in options.Value.Channels.Where(_ => !stoppingToken.IsCancellationRequested))
                {
                    if (_received.TryRemove(channel, out _))
                    {
                        _probed.Remove(channel);
                        continue;
                    }

                    if (!_probed.Add(channel))
                    {
                        _stale[channel] = true;
                        LogStale(channel);
                        await Subscriber.UnsubscribeAsync(RedisChannel.Literal(channel));
                        await SubscribeToAsync(channel, onMessage);
                    }

                    await Subscriber.PublishAsync(RedisChannel.Literal(channel), Heartbeat);
                }
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException)
            {
                // Without Redis there is nothing to receive; once it is back, a heartbeat is published anew.
                _probed.Clear();
            }
        }
    }

    /// <summary>Unsubscribes from all channels.</summary>
    public async Task UnsubscribeAsync()
    {
        try
        {
            foreach (var channel in options.Value.Channels)
            {
                await Subscriber.UnsubscribeAsync(RedisChannel.Literal(channel));
            }
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            // Without Redis nothing is heard anyway.
        }
    }

    private Task SubscribeToAsync(string channel, Action<RedisValue> onMessage) =>
        Subscriber.SubscribeAsync(RedisChannel.Literal(channel), (_, message) =>
        {
            _received[channel] = true;
            _stale.TryRemove(channel, out bool _);
            onMessage(message);
        });

    private void MarkAllStale()
    {
        foreach (var channel in options.Value.Channels)
        {
            _stale[channel] = true;
        }
    }

    [LoggerMessage(101, LogLevel.Information, "Listening on {Channels}")]
    private partial void LogSubscribed(string channels);

    [LoggerMessage(102, LogLevel.Warning, "Not listening yet: {Reason}")]
    private partial void LogNotSubscribed(string reason);

    [LoggerMessage(103, LogLevel.Warning, "Nothing is heard on {Channel}, not even this silo's own question; subscribing again")]
    private partial void LogStale(string channel);
}
