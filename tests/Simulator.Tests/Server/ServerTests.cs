using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using StackExchange.Redis;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Simulator.Tests.Server;

[Trait("Category", "Integration")]
public class ServerTests(TestServer shared) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData("login", "{}", "MISSING PAYLOAD IN MESSAGE")]
    [InlineData("login", """{"PAYLOAD": {}}""", "MISSING USER IN PAYLOAD")]
    [InlineData("game/find", """{"PAYLOAD": {"PARTICIPANTS": 2}}""", "MISSING USER TOKEN IN PAYLOAD")]
    [InlineData("game/find", """{"PAYLOAD": {"USER_TOKEN": "u"}}""", "MISSING PARTICIPANTS IN PAYLOAD")]
    [InlineData("game/find", """{"PAYLOAD": {"USER_TOKEN": "u", "PARTICIPANTS": 2}}""", "UNKNOWN USER TOKEN")]
    [InlineData("game/lobby", """{"PAYLOAD": {"USER_TOKEN": "u"}}""", "MISSING GAME TOKEN IN PAYLOAD")]
    [InlineData("game/hero", """{"PAYLOAD": {"USER_TOKEN": "u"}}""", "MISSING GAME TOKEN IN PAYLOAD")]
    [InlineData("game/action", """{"PAYLOAD": {"USER_TOKEN": "u", "GAME_TOKEN": "00cb4536-10ff-4df5-a358-a0eca45451cf"}}""", "MISSING ENEMY TOKEN IN PAYLOAD")]
    [InlineData("game/action", """{"PAYLOAD": {"USER_TOKEN": "u", "GAME_TOKEN": "00cb4536-10ff-4df5-a358-a0eca45451cf", "ENEMY_TOKEN": "e"}}""", "MISSING ACTION IN PAYLOAD")]
    [InlineData("game/action", """{"PAYLOAD": {"USER_TOKEN": "u", "GAME_TOKEN": "00cb4536-10ff-4df5-a358-a0eca45451cf", "ENEMY_TOKEN": "e", "ACTION": "ATTACK"}}""", "UNKNOWN GAME TOKEN")]
    [InlineData("game/hero", "not JSON", "MESSAGE IS NOT JSON")]
    [InlineData("login", """{"PAYLOAD": {"USER": "u", "USER": "v"}}""", "MESSAGE IS NOT JSON")]
    [InlineData("login", """{"PAYLOAD": {"USER": "u"}, "PAYLOAD": {"USER": "u"}}""", "MESSAGE IS NOT JSON")]
    [InlineData("login", """{"PAYLOAD": {"USER": "\ud800"}}""", "MESSAGE IS NOT JSON")]
    [InlineData("login", """{"PAYLOAD": {"\udc00": "u", "USER": "u"}}""", "MESSAGE IS NOT JSON")]
    [InlineData("login", """{"PAYLOAD": {"USER": {"\ud800": 1}}}""", "MESSAGE IS NOT JSON")]
    [InlineData("login", """{"PAYLOAD": {"USER": {"a": 1}}}""", "INVALID USER IN PAYLOAD")]
    [InlineData("game/lobby", """{"PAYLOAD": {"USER_TOKEN": "\udc00\ud800", "GAME_TOKEN": "00cb4536-10ff-4df5-a358-a0eca45451cf"}}""", "MESSAGE IS NOT JSON")]
    [InlineData("game/find", """{"PAYLOAD": {"USER_TOKEN": "u", "PARTICIPANTS": 2, "PARTICIPANTS": 3}}""", "MESSAGE IS NOT JSON")]
    [InlineData("game/find", """{"PAYLOAD": {"USER_TOKEN": "u", "PARTICIPANTS": 1e99}}""", "INVALID PARTICIPANTS IN PAYLOAD")]
    public async Task Invalid_request_is_answered_with_its_error_and_the_connection_stays_open(string path, string message, string status)
    {
        using var connection = await shared.ConnectAsync(path);
        for (var i = 0; i < 2; i++)
        {
            var answer = await connection.RequestAsync(message);
            Assert.Equal(status, (string?)answer["STATUS"]);
            Assert.Empty(answer["PAYLOAD"]!.AsObject());
        }
    }

    [Fact]
    public async Task Login_fails_if_Redis_has_no_heroes()
    {
        await using var server = await TestServer.StartAsync(heroes: false);
        Assert.Equal(
            "LIST OF SUPERHEROS NOT AVAILABLE", (string?)(await server.RequestAsync("login", """{"PAYLOAD": {"USER": "x"}}"""))["STATUS"]);
    }

    [Fact]
    public async Task Game_is_fought_in_turns_until_one_player_is_left()
    {
        var server = shared;
        string[] users = [await server.LoginAsync("one"), await server.LoginAsync("two")];
        Array.Sort(users, StringComparer.Ordinal);
        Assert.Equal(users[0], new[] { await server.LoginAsync("one"), await server.LoginAsync("two") }.Order(StringComparer.Ordinal).First());
        var game = await server.FindGameAsync(users[0], 2);
        Assert.Equal(game, await server.FindGameAsync(users[1], 2));
        var redis = server.Redis.Connection.GetDatabase();
        var keys = new GameKeys(Guid.Parse(game));
        await redis.HashSetAsync(keys.Hero(users[0]), [new("attack", 60), new("health", 100)]);
        await redis.HashSetAsync(keys.Hero(users[1]), [new("attack", 10), new("health", 100)]);

        using var first = await server.ConnectAsync("game/lobby");
        using var second = await server.ConnectAsync("game/lobby");
        await first.SendAsync(TestServer.Message(game, users[0]));
        await second.SendAsync(TestServer.Message(game, users[1]));
        var start = await first.ReceiveAsync();
        Assert.Equal("START", (string?)start["STATUS"]!["GAME"]);
        Assert.Equal(60, (int?)start["PAYLOAD"]!["PARTICIPANTS_HEROS"]![users[0]]!["attack"]);
        Assert.Equal("START", (string?)(await second.ReceiveAsync())["STATUS"]!["GAME"]);

        Assert.Equal("USER'S TURN", (string?)(await first.ReceiveAsync())["STATUS"]!["GAME"]);
        Assert.Equal("NOT USER'S TURN", (string?)(await server.AttackAsync(game, users[1], users[0]))["STATUS"]);
        var attack = await server.AttackAsync(game, users[0], users[1]);
        Assert.Equal("""{"ENEMY_TOKEN":"E","ENEMY_DAMAGE":60,"ENEMY_HEALTH_PRIOR":100,"ENEMY_HEALTH_POST":40}""".Replace("E\",", users[1] + "\",", StringComparison.Ordinal), attack["STATUS"]!["DETAILS"]!.ToJsonString());
        Assert.True(JsonNode.DeepEquals(attack, JsonNode.Parse((string)(await redis.ListGetByIndexAsync(keys.Logs, 0))!)));

        Assert.Equal("USER'S TURN", (string?)(await second.ReceiveAsync())["STATUS"]!["GAME"]);
        await server.AttackAsync(game, users[1], users[0]);
        await server.AttackAsync(game, users[0], users[1]);
        Assert.Equal("COMPLETE", (string?)(await second.ReceiveAsync())["STATUS"]!["GAME"]);
        Assert.Equal(GameStatus.Completed, (string?)await redis.StringGetAsync(keys.Status));
        var hero = await server.RequestAsync("game/hero", TestServer.Message(game, users[1]));
        Assert.Equal("HERO SPEC", (string?)hero["STATUS"]!["GAME"]);
        Assert.Equal(0, (int?)hero["PAYLOAD"]!["HERO"]!["health"]);

        var nobody = await server.AttackAsync(game, users[0], null);
        Assert.Equal("NA", (string?)nobody["STATUS"]!["ACTION"]);
        Assert.Equal("DEAD", (string?)nobody["STATUS"]!["DETAILS"]!["ENEMY_STATUS"]);
    }

    [Fact]
    public async Task Lobby_that_does_not_fill_times_out_and_its_end_is_published_in_the_original_spelling()
    {
        await using var server = await TestServer.StartAsync(lobbyTimeout: 0);
        ConcurrentQueue<string> received = [];
        var channel = await server.Redis.Connection.GetSubscriber().SubscribeAsync(RedisChannel.Literal("lib.server.lobby"));
        channel.OnMessage(message => received.Enqueue(JsonSerializer.Deserialize<string>((string)message.Message!)!));
        var user = await server.LoginAsync("one");
        var game = await server.FindGameAsync(user, 3);
        Assert.Equal("TIMED OUT", (string?)(await server.RequestAsync("game/lobby", TestServer.Message(game, user)))["STATUS"]!["GAME"]);

        await Eventually.HoldsAsync(() => received.Count == 2, () => $"two messages; there are {received.Count}");
        var log = received.Select(message => JsonNode.Parse(message)!).ToList();
        Assert.Equal(["Game Timed Out", "Cleaning Game Records"], log.Select(message => (string?)message["log_message"]));
        Assert.All(log, message => Assert.Equal("redis.lib.server.lobby", (string?)message["name"]));
        Assert.Equal(game, (string?)JsonNode.Parse((string)log[0]["task"]!)!["PAYLOAD"]!["GAME_TOKEN"]);
        Assert.True(JsonNode.DeepEquals(new JsonObject { ["game_token"] = game, ["user_token"] = user }, log[1]["task"]));
    }

    [Fact]
    public async Task Player_who_leaves_frees_a_place_in_the_lobby_and_loses_the_turn_in_the_fight()
    {
        await using var server = await TestServer.StartAsync();
        var redis = server.Redis.Connection.GetDatabase();
        string[] users = [await server.LoginAsync("one"), await server.LoginAsync("two"), await server.LoginAsync("three")];
        var game = await server.FindGameAsync(users[0], 2);
        var keys = new GameKeys(Guid.Parse(game));
        using (var leaving = await server.ConnectAsync("game/lobby"))
        {
            await leaving.SendAsync(TestServer.Message(game, users[0]));
        }

        await Eventually.HoldsAsync(async () => !await redis.SetContainsAsync(keys.Participants, users[0]), () => "the lobby without the player who left");
        Assert.Equal(GameStatus.TimedOut, (string?)await redis.StringGetAsync(keys.Status));

        var next = await server.FindGameAsync(users[1], 2);
        Assert.NotEqual(game, next);
        Assert.Equal(next, await server.FindGameAsync(users[2], 2));
        keys = new GameKeys(Guid.Parse(next));
        using var staying = await server.ConnectAsync("game/lobby");
        using (var leaving = await server.ConnectAsync("game/lobby"))
        {
            await staying.SendAsync(TestServer.Message(next, users[1]));
            await leaving.SendAsync(TestServer.Message(next, users[2]));
            Assert.Equal("START", (string?)(await leaving.ReceiveAsync())["STATUS"]!["GAME"]);
        }

        await Eventually.HoldsAsync(async () => await redis.ListLengthAsync(keys.Order) == 1, () => "the order of turns without the player who left");
        Assert.Equal(users[1], (string?)await redis.ListGetByIndexAsync(keys.Order, 0));
    }

    [Fact]
    public async Task Thirty_bots_at_once_overfill_no_game_and_finish_all_games()
    {
        await using var server = await TestServer.StartAsync(lobbyTimeout: 2);
        var ends = await server.PlayAsync(bots: 30, games: 3);
        Assert.Equal(90, ends.Count(end => end.EndsWith("complete", StringComparison.Ordinal) || end.EndsWith("timed out", StringComparison.Ordinal)));
        var redis = server.Redis.Connection.GetDatabase();
        foreach (var (game, joined) in await redis.SortedSetRangeByRankWithScoresAsync(GameKeys.Games).ContinueWith(
            all => all.Result.Select(entry => (Guid.Parse((string)entry.Element!), entry.Score)), TaskScheduler.Default))
        {
            var keys = new GameKeys(game);
            var wanted = (int)await redis.StringGetAsync(keys.Wanted);
            Assert.InRange(await redis.SetLengthAsync(keys.Participants), 1, wanted);
            Assert.InRange(joined, 1, wanted);
            Assert.Equal(await redis.SetLengthAsync(keys.Participants), await redis.SetLengthAsync(keys.TakenHeros));
            Assert.Contains((string?)await redis.StringGetAsync(keys.Status), new[] { GameStatus.Completed, GameStatus.TimedOut });
        }
    }
}
