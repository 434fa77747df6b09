using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Superhero.Demo;
using Superhero.Redis;
using Superhero.Silo.Subscriber;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Subscriber;

/// <summary>Subscriptions on which no message is received, with a clock that the test advances.</summary>
public sealed class SilenceTests : IAsyncLifetime
{
    private readonly TestClock _clock = new();
    private readonly ConcurrentQueue<string> _received = [];
    private readonly EventLog _log = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly EmbeddedRedis _redis;
    private readonly ForgetfulProxy _proxy;
    private readonly ILoggerFactory _logs;
    private IConnectionMultiplexer _connection = null!;
    private ChannelSubscription _subscription = null!;
    private Task _monitoring = null!;

    public SilenceTests()
    {
        var port = Ports.Free();
        _redis = new EmbeddedRedis(port);
        _proxy = new ForgetfulProxy(port);
        _logs = LoggerFactory.Create(logging => logging.AddProvider(_log));
    }

    public async ValueTask InitializeAsync()
    {
        _connection = await RedisConnector.ConnectAsync(
            new RedisOptions { Host = "127.0.0.1", Port = _proxy.Port }, (_, _) => { }, TestContext.Current.CancellationToken);
        _subscription = new ChannelSubscription(
            _connection, Options.Create(new SubscriberOptions { Channels = ["CLEAN"] }), _clock, _logs.CreateLogger<ChannelSubscription>());
        await _subscription.SubscribeAsync(OnMessage);
        _monitoring = _subscription.MonitorAsync(OnMessage, _stop.Token);
        Assert.Equal(ChannelSubscription.SilenceTimeout, await _clock.NextWaitAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _monitoring;
        await _connection.DisposeAsync();
        _proxy.Dispose();
        _redis.Dispose();
        _logs.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task Silo_publishes_a_question_on_a_channel_that_was_silent()
    {
        await _connection.GetSubscriber().PublishAsync(RedisChannel.Literal("CLEAN"), "a message");
        await ReceivedAsync(1);
        await SilenceAsync();
        Assert.Equal(["a message"], _received);

        await SilenceAsync();
        await ReceivedAsync(2);
        Assert.Contains("Are You There", _received.Last(), StringComparison.Ordinal);
        Assert.DoesNotContain(_log.Events, IsStale);
    }

    [Fact]
    public async Task Silo_subscribes_again_if_it_does_not_receive_its_own_question()
    {
        _proxy.Forget();
        await SilenceAsync();
        Assert.DoesNotContain(_log.Events, IsStale);
        Assert.Empty(_received);

        await SilenceAsync();
        Assert.Contains(_log.Events, IsStale);
        await ReceivedAsync(1);
        Assert.Empty(_subscription.StaleChannels);
    }

    private static bool IsStale(LoggedEvent logged) => logged.Id == LogEvents.SubscriptionStale;

    private void OnMessage(RedisValue message) => _received.Enqueue((string)message!);

    private async Task SilenceAsync()
    {
        _clock.Advance(ChannelSubscription.SilenceTimeout);
        await _clock.NextWaitAsync();
    }

    private Task ReceivedAsync(int messages) => Eventually.HoldsAsync(() => _received.Count == messages, () => $"{messages} messages; there are {_received.Count}");
}
