using System.Collections.Concurrent;
using StackExchange.Redis;

namespace Superhero.Silo.Subscriber;

/// <summary>Hears the channels, and notices when it has gone deaf on one: after a reconnect a subscription can be lost
/// without an error. A channel on which nothing was heard for a while is spoken to, and subscribed to again when even that
/// is not heard. Once a connection has broken, a channel counts as deaf until something is heard on it.</summary>
public sealed partial class ChannelListener(
    IConnectionMultiplexer redis, SiloOptions options, TimeProvider clock, ILogger<ChannelListener> logger)
{
    /// <summary>How long a channel may be silent before it is spoken to, and again before it is subscribed to again.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // Shaped like the simulator's messages, for others that read the channel.
    private const string AreYouThere = """{"level": "DEBUG", "name": "superhero.silo", "log_message": "Are You There"}""";

    private readonly ConcurrentDictionary<string, bool> _heard = new();
    private readonly ConcurrentDictionary<string, bool> _deaf = new();
    private readonly HashSet<string> _asked = [];

    /// <summary>The channels that are not known to be heard.</summary>
    public IReadOnlyCollection<string> Deaf => [.. options.Channels.Where(_deaf.ContainsKey)];

    private ISubscriber Subscriber => redis.GetSubscriber();

    /// <summary>Subscribes to all channels; to those for which that fails, later.</summary>
    /// <param name="hear">Told of every message, on any thread.</param>
    public async Task Listen(Action<RedisValue> hear)
    {
        redis.ConnectionFailed += (_, _) => Doubt();
        try
        {
            foreach (var channel in options.Channels)
            {
                await Subscribe(channel, hear);
            }

            LogListening(string.Join(", ", options.Channels));
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            Doubt();
            LogNotListening(exception.Message);
        }
    }

    /// <summary>Looks after the subscriptions until it is told to stop.</summary>
    public async Task Watch(Action<RedisValue> hear, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Patience, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                foreach (var channel in options.Channels.Where(_ => !stoppingToken.IsCancellationRequested))
                {
                    if (_heard.TryRemove(channel, out _))
                    {
                        _asked.Remove(channel);
                        continue;
                    }

                    if (!_asked.Add(channel))
                    {
                        _deaf[channel] = true;
                        LogDeaf(channel);
                        await Subscriber.UnsubscribeAsync(RedisChannel.Literal(channel));
                        await Subscribe(channel, hear);
                    }

                    await Subscriber.PublishAsync(RedisChannel.Literal(channel), AreYouThere);
                }
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException)
            {
                // Without Redis there is nothing to hear; once it is back, the question is asked anew.
                _asked.Clear();
            }
        }
    }

    /// <summary>Unsubscribes from all channels.</summary>
    public async Task Silence()
    {
        try
        {
            foreach (var channel in options.Channels)
            {
                await Subscriber.UnsubscribeAsync(RedisChannel.Literal(channel));
            }
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            // Without Redis nothing is heard anyway.
        }
    }

    private Task Subscribe(string channel, Action<RedisValue> hear) =>
        Subscriber.SubscribeAsync(RedisChannel.Literal(channel), (_, message) =>
        {
            _heard[channel] = true;
            _deaf.TryRemove(channel, out bool _);
            hear(message);
        });

    private void Doubt()
    {
        foreach (var channel in options.Channels)
        {
            _deaf[channel] = true;
        }
    }

    [LoggerMessage(LogLevel.Information, "Listening on {Channels}")]
    private partial void LogListening(string channels);

    [LoggerMessage(LogLevel.Warning, "Not listening yet: {Reason}")]
    private partial void LogNotListening(string reason);

    [LoggerMessage(LogLevel.Warning, "Nothing is heard on {Channel}, not even this silo's own question; subscribing again")]
    private partial void LogDeaf(string channel);
}
