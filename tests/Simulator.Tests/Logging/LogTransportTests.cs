using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Simulator.Tests.Logging;

[Trait("Category", "Integration")]
public class LogTransportTests
{
    private const int AttackEvent = 903;

    [Theory]
    [InlineData(LogLevelName.INFO)]
    [InlineData(LogLevelName.DEBUG)]
    public async Task Server_logs_short_lines_for_what_it_publishes_in_full_and_attacks_only_at_DEBUG(LogLevelName level)
    {
        using var logs = new EventLog();
        await using var server = await TestServer.StartAsync(lobbyTimeout: 1, level: level, logs: logs);
        var redis = server.Redis;
        ConcurrentQueue<JsonNode> published = [];
        await redis.Connection.GetSubscriber().SubscribeAsync(
            RedisChannel.Pattern("lib.server.*"),
            (_, message) => published.Enqueue(JsonNode.Parse(JsonSerializer.Deserialize<string>((string)message!)!)!));
        await server.PlayAsync(bots: 6, games: 2);
        await Eventually.HoldsAsync(
            () => published.Count(message => Is(message, LogChannel.CleaningGameRecords)) == 12 && (level == LogLevelName.INFO || OfGames() == published.Count),
            () => $"the ends of 12 games and an event for each message; there are {string.Join(", ", published.CountBy(message => $"{message["log_message"]}"))} and {OfGames()} events");

        Assert.All(logs.Events, one =>
        {
            Assert.InRange(one.Id, 901, AttackEvent);
            Assert.InRange(one.Message.Length, 1, 240);
            Assert.DoesNotContain('{', one.Message);
            Assert.Equal(one.Id == AttackEvent ? LogLevel.Debug : LogLevel.Information, one.Level);
        });
        Assert.Equal(
            level == LogLevelName.DEBUG ? published.Count(message => Is(message, "Attack Completed")) : 0, logs.Events.Count(one => one.Id == AttackEvent));

        var attacks = await Task.WhenAll(redis.Server.Keys(pattern: "games:*:logs").Select(key => redis.Database.ListRangeAsync(key)));
        Assert.NotEmpty(attacks);
        Assert.Equal(
            attacks.SelectMany(game => game).Select(line => (string?)line).Order(StringComparer.Ordinal),
            published.Where(message => Is(message, "Attack Completed")).Select(message => (string?)message["task"]).Order(StringComparer.Ordinal));

        int OfGames() => logs.Events.Count(one => one.Id > 901);

        static bool Is(JsonNode message, string text) => (string?)message["log_message"] == text;
    }
}
