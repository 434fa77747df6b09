using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using StackExchange.Redis;
using Superhero.Grains.Logging;
using Superhero.Silo.Hosting;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Logging;

public class ExpectedFailuresTests
{
    private const string Reason = "made to fail\nin two \u001b[31m lines";

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
    public void Failure_of_the_environment_is_expected(Exception exception) => Assert.Null(exception.Unexpected());

    [Theory]
    [MemberData(nameof(Bugs), DisableDiscoveryEnumeration = true)]
    public void Any_other_failure_is_a_bug(Exception exception) => Assert.Same(exception, exception.Unexpected());

    [Theory]
    [InlineData(typeof(InvalidOperationException), true)]
    [InlineData(typeof(IOException), false)]
    [InlineData(typeof(RedisServerException), false)]
    [Trait("Category", "Integration")]
    public async Task Many_games_that_fail_alike_are_logged_once_and_with_a_stack_only_if_it_is_a_bug(Type failure, bool isBug)
    {
        await using var cluster = InProcessCluster.On(await RealRedis.StartAsync(), ("LOGGER_MODULE", "redis"), ("SWEEP_INTERVAL", "1"));
        ConcurrentQueue<string> published = [];
        await cluster.Redis.Connection.GetSubscriber().SubscribeAsync(RedisChannel.Literal("superhero.grains.games.gamegrain"), (_, message) =>
        {
            var line = JsonSerializer.Deserialize<JsonElement>(JsonSerializer.Deserialize<string>((string)message!)!);
            if (line.GetProperty("level").GetString() == "WARNING")
            {
                published.Enqueue(line.GetProperty("log_message").GetString()!);
            }
        });
        var clock = Stopwatch.StartNew();
        cluster.Launch(silo => silo.Logging.AddProvider(new FailureAtClaims(failure)).AddFilter<FailureAtClaims>("Superhero", LogLevel.Debug));
        await cluster.WaitUntilListeningAsync(1);

        var redis = cluster.Redis.Database;
        var games = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => new MadeGame(redis).PutAsync()));
        await Task.WhenAll(games.Select(game => cluster.AnnounceAsync(game.Keys.Token, MadeGame.User)));
        await Eventually.HoldsAsync(
            async () => !published.IsEmpty && (await Task.WhenAll(games.Select(game => redis.HashExistsAsync($"superhero/record/{game.Token}", "last_error")))).All(failed => failed),
            () => $"failures of all games. {cluster.Describe()}");

        // A failure of the same kind is logged again after a minute.
        var logged = cluster.Events(1).Where(one => one.Id == LogEvents.AttemptFailed).ToList();
        Assert.InRange(logged.Count, 1, 1 + (int)clock.Elapsed.TotalMinutes);
        Assert.All(logged, one => Assert.Contains("made to fail in two", one.Values["Reason"], StringComparison.Ordinal));
        Assert.All(
            logged.Select(one => one.Message).Concat(published),
            message => Assert.Equal(isBug, message.Contains("\n   at Superhero.Grains.Games.GameProcessor.", StringComparison.Ordinal)));
        Assert.All(published, message => Assert.Equal(isBug, message.Contains('\n', StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Console_prints_an_exception_in_one_line_without_control_characters()
    {
        await using var silo = WebApplication.CreateSlimBuilder().AddSilo(new ConfigurationBuilder().Build()).Build();
        var formatter = silo.Services.GetServices<ConsoleFormatter>().Single(one => one.Name == "printable");
        await using var console = new StringWriter();
        formatter.Write(
            new LogEntry<string>(LogLevel.Warning, "category", 1, "Failed \u001b[31m", new InvalidOperationException(Reason), (text, _) => text), null, console);
        var line = $"{console}".TrimEnd('\n');
        Assert.Contains("Failed ?[31m", line, StringComparison.Ordinal);
        Assert.Contains("made to fail in two ?[31m lines", line, StringComparison.Ordinal);
        Assert.DoesNotContain(line, char.IsControl);
    }

    // Fails where a silo logs that it has claimed a game.
    private sealed class FailureAtClaims(Type failure) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id == LogEvents.Claimed)
            {
                throw (Exception)Activator.CreateInstance(failure, Reason)!;
            }
        }

        public void Dispose()
        {
        }
    }
}
