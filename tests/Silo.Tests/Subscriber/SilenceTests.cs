using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Superhero.Demo;
using Superhero.Redis;
using Superhero.Silo.Subscriber;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Subscriber;

/// <summary>What a subscription does about silence, by a clock that is advanced.</summary>
public sealed class SilenceTests : IAsyncLifetime
{
    private readonly TestClock _clock = new();
    private readonly ConcurrentQueue<string> _heard = [];
    private readonly ConcurrentQueue<string?> _logged = [];
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
        _logs = LoggerFactory.Create(logging => logging.AddProvider(new LogHook((name, _) => _logged.Enqueue(name))));
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
    public async Task A_channel_is_spoken_to_when_nothing_was_heard_on_it_for_a_while()
    {
        await _connection.GetSubscriber().PublishAsync(RedisChannel.Literal("CLEAN"), "a message");
        await HeardAsync(1);
        await SilenceAsync();
        Assert.Equal(["a message"], _heard);

        await SilenceAsync();
        await HeardAsync(2);
        Assert.Contains("Are You There", _heard.Last(), StringComparison.Ordinal);
        Assert.DoesNotContain("LogStale", _logged);
    }

    [Fact]
    public async Task It_is_subscribed_to_again_when_not_even_that_is_heard()
    {
        _proxy.Forget();
        await SilenceAsync();
        Assert.DoesNotContain("LogStale", _logged);
        Assert.Empty(_heard);

        await SilenceAsync();
        Assert.Contains("LogStale", _logged);
        await HeardAsync(1);
        Assert.Empty(_subscription.StaleChannels);
    }

    private void OnMessage(RedisValue message) => _heard.Enqueue((string)message!);

    private async Task SilenceAsync()
    {
        _clock.Advance(ChannelSubscription.SilenceTimeout);
        await _clock.NextWaitAsync();
    }

    private Task HeardAsync(int messages) => Eventually.HoldsAsync(() => _heard.Count == messages, () => $"{messages} messages; there are {_heard.Count}");
}
