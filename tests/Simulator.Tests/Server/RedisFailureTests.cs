using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Superhero.Demo;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Simulator.Tests.Server;

[Trait("Category", "Integration")]
public class RedisFailureTests
{
    [Fact]
    public async Task Player_is_told_while_Redis_pauses_and_plays_on_afterwards()
    {
        using var logs = new EventLog();
        await using var redis = await RealRedis.StartAsync();
        await using var impatient = await ImpatientAsync(redis);
        await using var server = await TestServer.StartAsync(level: LogLevelName.WARNING, logs: logs, connection: impatient);
        var (game, first, second) = await server.FindGameForTwoAsync();
        using var one = await server.ConnectAsync("game/lobby");
        using var two = await server.ConnectAsync("game/lobby");
        await one.SendAsync(TestServer.Message(game, first));
        await two.SendAsync(TestServer.Message(game, second));
        await one.WaitForAsync("USER'S TURN");

        await PauseAsync(redis, 6);
        await one.WaitForAsync("REDIS NOT AVAILABLE");
        await two.WaitForAsync("REDIS NOT AVAILABLE");
        Assert.Equal("REDIS NOT AVAILABLE", (string?)(await server.RequestAsync("login", """{"PAYLOAD": {"USER": "x"}}"""))["STATUS"]);
        await one.WaitForAsync("USER'S TURN");
        await Eventually.HoldsAsync(
            async () => (await server.AttackAsync(game, first, second))["STATUS"] is JsonObject, () => "an attack after the pause");
        await two.WaitForAsync("USER'S TURN");
        Assert.DoesNotContain(logs.Events, one => one.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task Games_of_ten_bots_all_end_although_Redis_pauses()
    {
        using var logs = new EventLog();
        var clock = new TestClock();
        await using var redis = await RealRedis.StartAsync();
        await using var impatient = await ImpatientAsync(redis);
        await using var server = await TestServer.StartAsync(lobbyTimeout: 2, level: LogLevelName.WARNING, logs: logs, clock: clock, connection: impatient);
        var playing = server.PlayAsync(bots: 10, games: 3);
        await Eventually.HoldsAsync(async () => await redis.Database.SortedSetLengthAsync(GameKeys.Games) > 2, () => "games");
        await PauseAsync(redis, 4);
        await Eventually.HoldsAsync(
            () =>
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                return playing.IsCompleted;
            },
            () => "the bots to have played");
        await playing;
        string[] open = [];
        await Eventually.HoldsAsync(
            async () =>
            {
                clock.Advance(TimeSpan.FromSeconds(3));
                var games = await redis.Database.SortedSetRangeByRankAsync(GameKeys.Games);
                var all = await Task.WhenAll(games.Select(async game => $"{game} {await redis.Database.StringGetAsync(new GameKeys(Guid.Parse((string)game!)).Status)}"));
                open = [.. all.Where(one => !one.EndsWith(GameStatus.Completed, StringComparison.Ordinal) && !one.EndsWith(GameStatus.TimedOut, StringComparison.Ordinal))];
                return open.Length == 0;
            },
            () => $"all games to end; open are {string.Join(", ", open)}");
        Assert.DoesNotContain(logs.Events, one => one.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task Player_who_leaves_while_Redis_pauses_loses_the_turn_afterwards()
    {
        await using var redis = await RealRedis.StartAsync();
        await using var impatient = await ImpatientAsync(redis);
        await using var server = await TestServer.StartAsync(connection: impatient);
        var (game, first, second) = await server.FindGameForTwoAsync();
        using var staying = await server.ConnectAsync("game/lobby");
        await staying.SendAsync(TestServer.Message(game, second));
        using (var leaving = await server.ConnectAsync("game/lobby"))
        {
            await leaving.SendAsync(TestServer.Message(game, first));
            await leaving.WaitForAsync("USER'S TURN");
            await PauseAsync(redis, 4);
            await leaving.WaitForAsync("REDIS NOT AVAILABLE");
        }

        await staying.WaitForAsync("USER'S TURN");
        Assert.Equal([second], (await redis.Database.ListRangeAsync(new GameKeys(Guid.Parse(game)).Order)).Select(user => (string?)user));
    }

    [Fact]
    public async Task Attack_needs_no_command_of_newer_releases_of_Redis()
    {
        await using var server = await TestServer.StartAsync(redis: await RealRedis.StartAsync(
            port => new RedisOptions { Host = "127.0.0.1", Port = port }, "--save", "", "--rename-command", "LMOVE", ""));
        var (game, first, second) = await StartedAsync(server);
        Assert.Equal("ATTACK", (string?)(await server.AttackAsync(game, first, second))["STATUS"]!["ACTION"]);
        Assert.Equal([second, first], (await server.Redis.Database.ListRangeAsync(new GameKeys(Guid.Parse(game)).Order)).Select(user => (string?)user));
    }

    [Fact]
    public async Task Attack_that_fails_changes_nothing()
    {
        await using var server = await TestServer.StartAsync();
        var redis = server.Redis.Database;
        var (game, first, second) = await StartedAsync(server);
        var keys = new GameKeys(Guid.Parse(game));
        var health = await redis.HashGetAsync(keys.Hero(second), "health");
        await redis.StringSetAsync(keys.Logs, "no list");
        Assert.Equal("REDIS NOT AVAILABLE", (string?)(await server.AttackAsync(game, first, second))["STATUS"]);
        Assert.Equal(health, await redis.HashGetAsync(keys.Hero(second), "health"));
        Assert.Equal(first, (string?)await redis.ListGetByIndexAsync(keys.Order, 0));
    }

    [Theory]
    [InlineData("server")]
    [InlineData("build-db")]
    public async Task Redis_before_6_2_is_refused_with_the_least_version(string command)
    {
        await using var redis = await RealRedis.StartAsync();
        using var old = ForgetfulProxy.OfVersion(redis.Options.Port, "6.0");
        var run = await ProgramRun.RunAsync(SiloProcess.StartInfo(
            typeof(SimulatorSettings).Assembly.Location,
            new Dictionary<string, string> { ["REDIS_HOST"] = "127.0.0.1", ["REDIS_PORT"] = $"{old.Port}", ["WEBSOCKET_PORT"] = $"{Ports.Free()}" },
            command));
        Assert.Equal(1, run.ExitCode);
        Assert.Matches(@"^Redis 6\.0\S* is too old; the least version is 6\.2\.\n?$", run.Error);
    }

    private static async Task<(string Game, string First, string Second)> StartedAsync(TestServer server)
    {
        var (game, first, second) = await server.FindGameForTwoAsync();
        var keys = new GameKeys(Guid.Parse(game));
        await server.Redis.Database.ListRightPushAsync(keys.Order, [first, second]);
        await server.Redis.Database.StringSetAsync(keys.Status, GameStatus.InProgress);
        return (game, first, second);
    }

    // The client looks for commands that take too long once a second.
    private static Task<IConnectionMultiplexer> ImpatientAsync(RealRedis redis) => RedisConnector.ConnectAsync(
        redis.Options, (_, _) => { }, TestContext.Current.CancellationToken, configuration => configuration.AsyncTimeout = 500);

    private static Task<RedisResult> PauseAsync(RealRedis redis, int seconds) => redis.Server.ExecuteAsync("CLIENT", "PAUSE", seconds * 1000, "ALL");
}
