using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text.Json;
using Orleans.Persistence.Redis;
using Orleans.Storage;
using StackExchange.Redis;
using Superhero.FaultInjection;
using Superhero.Grains.Logging;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Logging;

public class ExpectedFailuresTests
{
    public static TheoryData<Exception> Expected =>
    [
        new RedisConnectionException(ConnectionFailureType.SocketClosed, ""),
        new RedisServerException("OOM"),
        new RedisTimeoutException("", CommandStatus.Sent),
        new RedisStorageException(""),
        new InconsistentStateException(),
        new SiloUnavailableException(),
        new TimeoutException(),
        new FileNotFoundException(),
        new UnauthorizedAccessException(),
        new SocketException(),
        new TaskCanceledException(),
        new AggregateException(new IOException(), new TimeoutException()),
    ];

    public static TheoryData<Exception> Bugs =>
    [
        new InvalidOperationException(),
        new KeyNotFoundException(),
        new JsonException(),
        new InvalidDataException(),
        new InvalidOperationException("", new IOException()),
        new AggregateException(new IOException(), new ArgumentException()),
    ];

    [Theory]
    [MemberData(nameof(Expected), DisableDiscoveryEnumeration = true)]
    public void A_failure_of_the_world_is_expected(Exception exception) => Assert.Null(exception.Unexpected());

    [Theory]
    [MemberData(nameof(Bugs), DisableDiscoveryEnumeration = true)]
    public void Anything_else_is_a_bug(Exception exception) => Assert.Same(exception, exception.Unexpected());

    [Theory]
    [InlineData(typeof(InvalidOperationException), true)]
    [InlineData(typeof(IOException), false)]
    [InlineData(typeof(RedisServerException), false)]
    [Trait("Category", "Integration")]
    public async Task A_bug_leaves_its_stack_in_the_log_and_a_failure_of_the_world_a_line(Type failure, bool bug)
    {
        const string Failed = "failed and is";
        await using var cluster = SiloCluster.On(await RealRedis.StartAsync(), ("LOGGER_MODULE", "redis"), ("SWEEP_INTERVAL", "1"));
        ConcurrentQueue<string> published = [];
        await cluster.Redis.Connection.GetSubscriber().SubscribeAsync(
            RedisChannel.Literal("superhero.silo.subscriber.gamesubscriber"),
            (_, message) => published.Enqueue(JsonDocument.Parse(JsonSerializer.Deserialize<string>((string)message!)!).RootElement.GetProperty("log_message").GetString()!));
        for (var i = 0; i < 2; i++)
        {
            cluster.Launch(
                typeof(FaultPoint).Assembly.Location,
                (FaultPoint.StepVariable, "LogFinished"), (FaultPoint.FailureVariable, failure.AssemblyQualifiedName!));
        }

        await cluster.WaitUntilListeningAsync(2);

        // Of a game that is on the other silo a silo hears in its first seconds, and the sweep, which one of them has, at all times.
        var games = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => new MadeGame(cluster.Redis.Database).PutAsync()));
        await Task.WhenAll(games.Select(game => cluster.AnnounceAsync(game.Keys.Token, MadeGame.User)));
        await Eventually.HoldsAsync(
            () => games.All(game => Lines().Count(line => line.Contains(game.Keys.Token, StringComparison.Ordinal)) > 1) && published.Any(IsFailure),
            () => $"failures of all games; {cluster.Log(1)}");

        Assert.All(Lines(), line => Assert.Contains("made to fail in two lines", line, StringComparison.Ordinal));
        Assert.All(Lines().Concat(published.Where(IsFailure)), line => Assert.Equal(bug, line.Contains("   at Superhero.Grains.Games.GameGrain.", StringComparison.Ordinal)));
        Assert.All(published.Where(IsFailure), message => Assert.Equal(bug, message.Contains('\n', StringComparison.Ordinal)));

        List<string> Lines() => [.. new[] { 1, 2 }.SelectMany(silo => cluster.Log(silo).Split('\n')).Where(IsFailure)];

        static bool IsFailure(string line) => line.Contains(Failed, StringComparison.Ordinal);
    }
}
