using System.Net.Sockets;
using System.Text;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Simulator.Tests.Server;

[Trait("Category", "Integration")]
public class TurnTimeoutTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Silent_player_forfeits_the_turn_and_the_other_player_wins(bool embedded)
    {
        var clock = new TestClock();
        await using var garnet = embedded ? await OwnEmbeddedRedis.StartAsync(TestContext.Current.CancellationToken) : null;
        await using var server = await TestServer.StartAsync(clock: clock, connection: garnet?.Connection);
        var redis = garnet?.Database ?? server.Redis.Database;
        var (game, silent, active) = await server.FindGameForTwoAsync();
        var keys = new GameKeys(Guid.Parse(game));
        using var first = await server.ConnectAsync("game/lobby");
        using var second = await server.ConnectAsync("game/lobby");
        await first.SendAsync(TestServer.Message(game, silent));
        await second.SendAsync(TestServer.Message(game, active));
        await first.WaitForAsync("USER'S TURN");
        await AdvanceUntilAsync(clock, async () => await redis.ListGetByIndexAsync(keys.Order, 0) == active, "the turn to pass to the other player");
        Assert.Equal("NOT USER'S TURN", (string?)(await server.AttackAsync(game, silent, active))["STATUS"]);

        await second.WaitForAsync("USER'S TURN");
        while ((long)await redis.HashGetAsync(keys.Hero(silent), "health") > 0)
        {
            Assert.Equal("ATTACK", (string?)(await server.AttackAsync(game, active, silent))["STATUS"]!["ACTION"]);
        }

        await second.WaitForAsync("COMPLETE");
        await first.WaitForAsync("COMPLETE");
    }

    [Fact]
    public async Task Game_whose_players_are_all_silent_times_out()
    {
        var clock = new TestClock();
        await using var server = await TestServer.StartAsync(clock: clock);
        var (game, first, second) = await server.FindGameForTwoAsync();
        using var one = await server.ConnectAsync("game/lobby");
        using var two = await server.ConnectAsync("game/lobby");
        await one.SendAsync(TestServer.Message(game, first));
        await two.SendAsync(TestServer.Message(game, second));
        await one.WaitForAsync("USER'S TURN");
        await AdvanceUntilTimedOutAsync(clock, server, game);
        await one.WaitForAsync("TIMED OUT");
        await two.WaitForAsync("TIMED OUT");
    }

    [Fact]
    public async Task Game_that_no_player_opens_a_lobby_for_times_out()
    {
        var clock = new TestClock();
        await using var server = await TestServer.StartAsync(clock: clock);
        var alone = await server.FindGameAsync(await server.LoginAsync("three"), 3);
        var (full, _, _) = await server.FindGameForTwoAsync();
        await AdvanceUntilTimedOutAsync(clock, server, alone);
        await AdvanceUntilTimedOutAsync(clock, server, full);
    }

    [Fact]
    public async Task Game_that_another_server_left_open_times_out()
    {
        var clock = new TestClock();
        await using var redis = await RealRedis.StartAsync();
        string game;
        await using (var killed = await TestServer.StartAsync(connection: redis.Connection, clock: new TestClock()))
        {
            (game, _, _) = await killed.FindGameForTwoAsync();
        }

        await redis.Database.StringSetAsync(new GameKeys(Guid.Parse(game)).Status, GameStatus.InProgress);
        await using var next = await TestServer.StartAsync(connection: redis.Connection, clock: clock);
        await AdvanceUntilAsync(
            clock, async () => await redis.Database.StringGetAsync(new GameKeys(Guid.Parse(game)).Status) == GameStatus.TimedOut, "the game to time out");
    }

    [Fact]
    public async Task Fight_that_only_one_player_survived_is_completed_without_its_players()
    {
        var clock = new TestClock();
        await using var server = await TestServer.StartAsync(clock: clock);
        var (game, first, second) = await server.FindGameForTwoAsync();
        var keys = new GameKeys(Guid.Parse(game));
        await server.Redis.Database.StringSetAsync(keys.Status, GameStatus.InProgress);
        await server.Redis.Database.ListRightPushAsync(keys.Order, first);
        await server.Redis.Database.HashSetAsync(keys.Hero(second), "health", 0);
        await AdvanceUntilAsync(clock, async () => await server.Redis.Database.StringGetAsync(keys.Status) == GameStatus.Completed, "the game to be completed");
    }

    [Fact]
    public async Task Game_with_a_foreign_key_does_not_keep_others_waiting()
    {
        var clock = new TestClock();
        await using var server = await TestServer.StartAsync(clock: clock);
        var foreign = await server.FindGameAsync(await server.LoginAsync("three"), 3);
        await server.Redis.Database.KeyDeleteAsync(new GameKeys(Guid.Parse(foreign)).Status);
        await server.Redis.Database.ListRightPushAsync(new GameKeys(Guid.Parse(foreign)).Status, "x");
        var (game, _, _) = await server.FindGameForTwoAsync();
        await AdvanceUntilTimedOutAsync(clock, server, game);
    }

    [Fact]
    public async Task Connection_that_answers_no_ping_is_closed()
    {
        await using var server = await TestServer.StartAsync(turnTimeout: 1);
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", server.Port, TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                "GET /api/v1/game/lobby HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"),
            TestContext.Current.CancellationToken);
        using var limit = new CancellationTokenSource(Eventually.Limit);
        var buffer = new byte[4096];
        try
        {
            while (await stream.ReadAsync(buffer, limit.Token) > 0)
            {
            }
        }
        catch (IOException)
        {
            // The server has reset the connection.
        }
    }

    private static Task AdvanceUntilTimedOutAsync(TestClock clock, TestServer server, string game) => AdvanceUntilAsync(
        clock,
        async () => await server.Redis.Database.StringGetAsync(new GameKeys(Guid.Parse(game)).Status) == GameStatus.TimedOut,
        "the game to time out");

    private static Task AdvanceUntilAsync(TestClock clock, Func<Task<bool>> condition, string what) => Eventually.HoldsAsync(
        () =>
        {
            clock.Advance(TimeSpan.FromSeconds(3));
            return condition();
        },
        () => what);
}
