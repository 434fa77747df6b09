using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text.Json;
using StackExchange.Redis;
using Superhero.FaultInjection;
using Superhero.Grains.Logging;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Logging;

public class ExpectedFailuresTests
{
    public static TheoryData<Exception> Expected =>
    [
        new RedisConnectionException(ConnectionFailureType.SocketClosed, CommandFlags.None, ""),
        new RedisServerException(RedisErrorKind.OutOfMemory, CommandFlags.None, "OOM"),
        new RedisTimeoutException(CommandFlags.None, "", CommandStatus.Sent),
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
        await using var cluster = SiloCluster.On(await RealRedis.StartAsync(), ("LOGGER_MODULE", "redis"), ("SWEEP_INTERVAL", "1"));
        ConcurrentQueue<string> published = [];
        await cluster.Redis.Connection.GetSubscriber().SubscribeAsync(
            RedisChannel.Literal("superhero.grains.games.gamegrain"),
            (_, message) => published.Enqueue(JsonDocument.Parse(JsonSerializer.Deserialize<string>((string)message!)!).RootElement.GetProperty("log_message").GetString()!));
        cluster.Launch(
            typeof(FaultPoint).Assembly.Location, new FaultPoint(LogEvents.Claimed, Failure: failure).ToVariables());
        await cluster.WaitUntilListeningAsync(1);

        // However many fail, one line tells of them.
        var games = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => new MadeGame(cluster.Redis.Database).PutAsync()));
        await Task.WhenAll(games.Select(game => cluster.AnnounceAsync(game.Keys.Token, MadeGame.User)));
        await Eventually.HoldsAsync(
            async () => await cluster.MetricAsync("superhero_failures_total") >= games.Length && published.Any(IsFailure), () => $"failures of all games; {cluster.Log(1)}");

        var lines = cluster.Log(1).Split('\n').Where(IsFailure).ToList();
        Assert.Contains("made to fail in two lines", Assert.Single(lines), StringComparison.Ordinal);
        Assert.All(lines.Concat(published.Where(IsFailure)), line => Assert.Equal(bug, line.Contains("   at Superhero.Grains.Games.GameProcessor.", StringComparison.Ordinal)));
        Assert.All(published.Where(IsFailure), message => Assert.Equal(bug, message.Contains('\n', StringComparison.Ordinal)));

        static bool IsFailure(string line) => line.Contains("failed and is tried again", StringComparison.Ordinal);
    }
}
