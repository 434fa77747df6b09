using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Superhero.Grains.Logging;
using Superhero.Redis;

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
    private readonly ConcurrentDictionary<string, bool> _forbidden = new();
    private readonly HashSet<string> _probed = [];
    private bool _mute;

    /// <summary>The channels whose subscription is not known to work; all of them where all are forbidden.</summary>
    public IReadOnlyCollection<string> StaleChannels =>
        [.. options.Value.Channels.Where(channel => _stale.ContainsKey(channel) || _forbidden.Count == options.Value.Channels.Count)];

    private ISubscriber Subscriber => redis.GetSubscriber();

    /// <summary>The channels on which Redis does not permit this user to listen.</summary>
    public IReadOnlyCollection<string> ForbiddenChannels => [.. options.Value.Channels.Where(_forbidden.ContainsKey)];

    /// <summary>Subscribes to all channels; to those for which that fails, later.</summary>
    /// <param name="onMessage">Told of every message, on any thread.</param>
    public async Task SubscribeAsync(Action<RedisValue> onMessage)
    {
        redis.ConnectionFailed += (_, _) => MarkAllStale();
        foreach (var channel in options.Value.Channels)
        {
            await TrySubscribeAsync(channel, onMessage);
        }

        if (options.Value.Channels.Except(StaleChannels).Except(ForbiddenChannels).ToList() is { Count: > 0 } heard)
        {
            LogSubscribed(string.Join(", ", heard));
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

                    if (_forbidden.ContainsKey(channel))
                    {
                        await TrySubscribeAsync(channel, onMessage);
                        continue;
                    }

                    if (!_probed.Add(channel))
                    {
                        _stale[channel] = true;
                        LogStale(channel);
                        await Subscriber.UnsubscribeAsync(RedisChannel.Literal(channel));
                        await TrySubscribeAsync(channel, onMessage);
                    }

                    await SpeakAsync(channel);
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

    private async Task TrySubscribeAsync(string channel, Action<RedisValue> onMessage)
    {
        try
        {
            await SubscribeToAsync(channel, onMessage);
            _forbidden.TryRemove(channel, out bool _);
        }
        catch (RedisServerException exception) when (exception.IsForbidden())
        {
            if (_forbidden.TryAdd(channel, true))
            {
                LogForbidden(channel, exception.Reason());
            }

            // The client keeps the handler of a subscription that was refused, and would add another one with each try.
            await Subscriber.UnsubscribeAsync(RedisChannel.Literal(channel), flags: CommandFlags.FireAndForget);

            _stale.TryRemove(channel, out bool _);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            _stale[channel] = true;
            LogNotSubscribed(channel, exception.Reason());
        }
    }

    // Where this user may not speak, an answer on the subscription's own connection has to do.
    private async Task SpeakAsync(string channel)
    {
        try
        {
            await Subscriber.PublishAsync(RedisChannel.Literal(channel), Heartbeat);
        }
        catch (RedisServerException exception) when (exception.IsForbidden())
        {
            if (!_mute)
            {
                _mute = true;
                LogMute(channel, exception.Reason());
            }

            await Subscriber.PingAsync();
            _received[channel] = true;
            _stale.TryRemove(channel, out bool _);
        }
    }

    private void MarkAllStale()
    {
        foreach (var channel in options.Value.Channels)
        {
            _stale[channel] = true;
        }
    }

    [LoggerMessage(101, LogLevel.Information, "Subscribed to {Channels}")]
    private partial void LogSubscribed(string channels);

    [LoggerMessage(102, LogLevel.Warning, "Could not subscribe to {Channel}; this silo retries: {Reason}")]
    private partial void LogNotSubscribed(string channel, string reason);

    [LoggerMessage(103, LogLevel.Warning, "Received nothing on {Channel}, not even this silo's own heartbeat; this silo subscribes again")]
    private partial void LogStale(string channel);

    [LoggerMessage(104, LogLevel.Warning, "Redis denied SUBSCRIBE on channel {Channel} (ACL); this silo retries: {Reason}")]
    private partial void LogForbidden(string channel, string reason);

    [LoggerMessage(105, LogLevel.Warning, "Redis denied PUBLISH on channel {Channel} (ACL); this silo checks the connection instead of the subscription: {Reason}")]
    private partial void LogMute(string channel, string reason);
}
