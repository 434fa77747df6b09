using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Superhero.Silo.Subscriber;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Subscriber;

[Trait("Category", "Integration")]
public class ForbiddenChannelTests
{
    [Fact]
    public async Task Message_counts_once_on_a_channel_that_an_ACL_forbade_for_a_while()
    {
        await using var redis = await RealRedis.StartAsync();
        await PermitAsync("resetchannels");
        var clock = new TestClock();
        using var stop = new CancellationTokenSource();
        ConcurrentQueue<string> received = [];
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis.Options.ToConfiguration());
        var subscription = new ChannelSubscription(
            connection, Options.Create(new SubscriberOptions { Channels = ["CLEAN"] }), clock, NullLogger<ChannelSubscription>.Instance);
        await subscription.SubscribeAsync(OnMessage);
        var monitoring = subscription.MonitorAsync(OnMessage, stop.Token);
        await clock.NextWaitAsync();
        for (var tries = 0; tries < 5; tries++)
        {
            await RetryAsync();
            Assert.Equal(["CLEAN"], subscription.ForbiddenChannels);
        }

        await PermitAsync("allchannels");
        await RetryAsync();
        await connection.GetSubscriber().PublishAsync(RedisChannel.Literal("CLEAN"), "one");
        await connection.GetSubscriber().PublishAsync(RedisChannel.Literal("CLEAN"), "last");
        await Eventually.HoldsAsync(() => received.Contains("last"), () => "the messages");
        Assert.Equal(1, received.Count(message => message == "one"));
        await stop.CancelAsync();
        await monitoring;

        void OnMessage(RedisValue message) => received.Enqueue((string)message!);

        Task PermitAsync(string channels) => redis.Server.ExecuteAsync("ACL", "SETUSER", "default", channels);

        async Task RetryAsync()
        {
            clock.Advance(ChannelSubscription.SilenceTimeout);
            await clock.NextWaitAsync();
        }
    }
}
