using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using StackExchange.Redis;
using Superhero.Demo;
using Superhero.Redis;
using Superhero.Simulator.Heroes;
using Superhero.Simulator.Players;
using Superhero.Simulator.Server;
using Superhero.Testing;

namespace Superhero.Simulator.Tests.Logging;

[Trait("Category", "Integration")]
public class LogTransportTests
{
    [Theory]
    [InlineData("INFO")]
    [InlineData("DEBUG")]
    public async Task The_terminal_names_what_is_published_in_full(string level)
    {
        await using var redis = await RealRedis.StartAsync();
        await Roster.Own().StoreAsync(redis.Connection);
        ConcurrentQueue<JsonNode> published = [];
        await redis.Connection.GetSubscriber().SubscribeAsync(
            RedisChannel.Pattern("lib.server.*"),
            (_, message) => published.Enqueue(JsonNode.Parse(JsonSerializer.Deserialize<string>((string)message!)!)!));
        var port = Ports.Free();
        ConcurrentQueue<string> lines = [];
        using var server = Process.Start(SiloProcess.StartInfo(
            typeof(SimulatorServer).Assembly.Location,
            new Dictionary<string, string>
            {
                ["REDIS_HOST"] = redis.Options.Host,
                ["REDIS_PORT"] = redis.Options.Port.ToString(CultureInfo.InvariantCulture),
                ["WEBSOCKET_HOST"] = "127.0.0.1",
                ["WEBSOCKET_PORT"] = port.ToString(CultureInfo.InvariantCulture),
                ["SERVER_SLEEP"] = "0.01",
                ["LOBBY_TIMEOUT"] = "1",
                ["LOGGER_MODULE"] = "redis",
                ["LOG_LEVEL"] = level,

                // The images of .NET set it.
                ["ASPNETCORE_HTTP_PORTS"] = "8080",
            },
            "server"))!;
        try
        {
            server.OutputDataReceived += (_, line) => lines.Enqueue(line.Data ?? "");
            server.BeginOutputReadLine();
            server.BeginErrorReadLine();
            var bots = new PlayerOptions { Host = "127.0.0.1", Port = port, Games = 2 };
            await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => new Bot(bots, _ => { }).PlayAsync(TestContext.Current.CancellationToken)));
            await Eventually.HoldsAsync(
                () => published.Count(message => Is(message, LogChannel.CleaningGameRecords)) == 12 && Said(published.Count),
                () => $"the ends of all games; {string.Join('\n', lines)}");
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.All(lines.Where(line => line.Length > 0), line =>
        {
            Assert.StartsWith(line.Contains("lib.server.game: ", StringComparison.Ordinal) ? "dbug: " : "info: ", line, StringComparison.Ordinal);
            Assert.InRange(line.Length, 1, 240);
            Assert.DoesNotContain('{', line);
        });
        Assert.Equal(
            level == "DEBUG" ? published.Count(message => Is(message, "Attack Completed")) : 0,
            lines.Count(line => line.Contains("Attack Completed, game ", StringComparison.Ordinal)));

        var attacks = await Task.WhenAll(redis.Server.Keys(pattern: "games:*:logs").Select(key => redis.Database.ListRangeAsync(key)));
        Assert.NotEmpty(attacks);
        Assert.Equal(
            attacks.SelectMany(game => game).Select(line => (string?)line).Order(StringComparer.Ordinal),
            published.Where(message => Is(message, "Attack Completed")).Select(message => (string?)message["task"]).Order(StringComparer.Ordinal));

        bool Said(int messages) => level != "DEBUG" || lines.Count(line => line.Contains("lib.server.", StringComparison.Ordinal)) == messages;

        static bool Is(JsonNode message, string text) => (string?)message["log_message"] == text;
    }
}
