using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using StackExchange.Redis;
using Superhero.Redis;
using Superhero.Simulator.Players;
using Superhero.Testing;

namespace Superhero.Simulator.Tests.Server;

public class ServerTests
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
    public async Task What_is_wrong_is_answered_and_the_connection_lives_on(string path, string message, string status)
    {
        await using var arena = await Arena.StartAsync();
        using var line = await arena.ConnectAsync(path);
        for (var i = 0; i < 2; i++)
        {
            var answer = await line.AskAsync(message);
            Assert.Equal(status, (string?)answer["STATUS"]);
            Assert.Empty(answer["PAYLOAD"]!.AsObject());
        }
    }

    [Fact]
    public async Task Without_heroes_nobody_logs_in()
    {
        await using var arena = await Arena.StartAsync(heroes: false);
        Assert.Equal(
            "LIST OF SUPERHEROS NOT AVAILABLE", (string?)(await arena.AskAsync("login", """{"PAYLOAD": {"USER": "x"}}"""))["STATUS"]);
    }

    [Fact]
    public async Task A_game_is_fought_in_turns_to_its_end()
    {
        await using var arena = await Arena.StartAsync();
        string[] users = [await arena.LoginAsync("one"), await arena.LoginAsync("two")];
        Array.Sort(users, StringComparer.Ordinal);
        Assert.Equal(users[0], new[] { await arena.LoginAsync("one"), await arena.LoginAsync("two") }.Order(StringComparer.Ordinal).First());
        var game = await arena.FindAsync(users[0], 2);
        Assert.Equal(game, await arena.FindAsync(users[1], 2));
        var redis = arena.Redis.Connection.GetDatabase();
        var keys = new GameKeys(Guid.Parse(game));
        await redis.HashSetAsync(keys.Hero(users[0]), [new("attack", 60), new("health", 100)]);
        await redis.HashSetAsync(keys.Hero(users[1]), [new("attack", 10), new("health", 100)]);

        using var first = await arena.ConnectAsync("game/lobby");
        using var second = await arena.ConnectAsync("game/lobby");
        await first.SayAsync(Message(game, users[0]));
        await second.SayAsync(Message(game, users[1]));
        var start = await first.HearAsync();
        Assert.Equal("START", (string?)start["STATUS"]!["GAME"]);
        Assert.Equal(60, (int?)start["PAYLOAD"]!["PARTICIPANTS_HEROS"]![users[0]]!["attack"]);
        Assert.Equal("START", (string?)(await second.HearAsync())["STATUS"]!["GAME"]);

        Assert.Equal("USER'S TURN", (string?)(await first.HearAsync())["STATUS"]!["GAME"]);
        Assert.Equal("NOT USER'S TURN", (string?)(await AttackAsync(arena, game, users[1], users[0]))["STATUS"]);
        var attack = await AttackAsync(arena, game, users[0], users[1]);
        Assert.Equal("""{"ENEMY_TOKEN":"E","ENEMY_DAMAGE":60,"ENEMY_HEALTH_PRIOR":100,"ENEMY_HEALTH_POST":40}""".Replace("E\",", users[1] + "\",", StringComparison.Ordinal), attack["STATUS"]!["DETAILS"]!.ToJsonString());
        Assert.True(JsonNode.DeepEquals(attack, JsonNode.Parse((string)(await redis.ListGetByIndexAsync(keys.Logs, 0))!)));

        Assert.Equal("USER'S TURN", (string?)(await second.HearAsync())["STATUS"]!["GAME"]);
        await AttackAsync(arena, game, users[1], users[0]);
        await AttackAsync(arena, game, users[0], users[1]);
        Assert.Equal("COMPLETE", (string?)(await second.HearAsync())["STATUS"]!["GAME"]);
        Assert.Equal(GameStatus.Completed, (string?)await redis.StringGetAsync(keys.Status));
        var hero = await arena.AskAsync("game/hero", Message(game, users[1]));
        Assert.Equal("HERO SPEC", (string?)hero["STATUS"]!["GAME"]);
        Assert.Equal(0, (int?)hero["PAYLOAD"]!["HERO"]!["health"]);

        var nobody = await AttackAsync(arena, game, users[0], null);
        Assert.Equal("NA", (string?)nobody["STATUS"]!["ACTION"]);
        Assert.Equal("DEAD", (string?)nobody["STATUS"]!["DETAILS"]!["ENEMY_STATUS"]);
    }

    [Fact]
    public async Task A_lobby_that_never_fills_times_out_and_its_end_is_announced_in_the_original_spelling()
    {
        await using var arena = await Arena.StartAsync(lobbyTimeout: 0);
        ConcurrentQueue<string> heard = [];
        var channel = await arena.Redis.Connection.GetSubscriber().SubscribeAsync(RedisChannel.Literal("lib.server.lobby"));
        channel.OnMessage(message => heard.Enqueue(JsonSerializer.Deserialize<string>((string)message.Message!)!));
        var user = await arena.LoginAsync("one");
        var game = await arena.FindAsync(user, 3);
        Assert.Equal("TIMED OUT", (string?)(await arena.AskAsync("game/lobby", Message(game, user)))["STATUS"]!["GAME"]);

        await Eventually.HoldsAsync(() => heard.Count == 2, () => "two messages");
        var log = heard.Select(message => JsonNode.Parse(message)!).ToList();
        Assert.Equal(["Game Timed Out", "Cleaning Game Records"], log.Select(message => (string?)message["log_message"]));
        Assert.All(log, message => Assert.Equal("redis.lib.server.lobby", (string?)message["name"]));
        Assert.Equal(game, (string?)JsonNode.Parse((string)log[0]["task"]!)!["PAYLOAD"]!["GAME_TOKEN"]);
        Assert.True(JsonNode.DeepEquals(new JsonObject { ["game_token"] = game, ["user_token"] = user }, log[1]["task"]));
    }

    [Fact]
    public async Task One_who_leaves_the_lobby_makes_room_and_one_who_leaves_the_fight_is_not_waited_for()
    {
        await using var arena = await Arena.StartAsync();
        var redis = arena.Redis.Connection.GetDatabase();
        string[] users = [await arena.LoginAsync("one"), await arena.LoginAsync("two"), await arena.LoginAsync("three")];
        var game = await arena.FindAsync(users[0], 2);
        var keys = new GameKeys(Guid.Parse(game));
        using (var leaving = await arena.ConnectAsync("game/lobby"))
        {
            await leaving.SayAsync(Message(game, users[0]));
        }

        await Eventually.HoldsAsync(async () => !await redis.SetContainsAsync(keys.Participants, users[0]), () => "room in the lobby");
        Assert.Equal(GameStatus.TimedOut, (string?)await redis.StringGetAsync(keys.Status));

        var next = await arena.FindAsync(users[1], 2);
        Assert.NotEqual(game, next);
        Assert.Equal(next, await arena.FindAsync(users[2], 2));
        keys = new GameKeys(Guid.Parse(next));
        using var staying = await arena.ConnectAsync("game/lobby");
        using (var leaving = await arena.ConnectAsync("game/lobby"))
        {
            await staying.SayAsync(Message(next, users[1]));
            await leaving.SayAsync(Message(next, users[2]));
            Assert.Equal("START", (string?)(await leaving.HearAsync())["STATUS"]!["GAME"]);
        }

        await Eventually.HoldsAsync(async () => await redis.ListLengthAsync(keys.Order) == 1, () => "an order without the one who left");
        Assert.Equal(users[1], (string?)await redis.ListGetByIndexAsync(keys.Order, 0));
    }

    [Fact]
    public async Task Thirty_bots_at_once_never_overfill_a_game_and_all_games_end()
    {
        await using var arena = await Arena.StartAsync(lobbyTimeout: 2);
        var bots = new PlayerOptions { Host = "127.0.0.1", Port = arena.Port, Games = 3 };
        ConcurrentQueue<string> ends = [];
        await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => new Bot(bots, ends.Enqueue).PlayAsync(TestContext.Current.CancellationToken)));

        Assert.Equal(90, ends.Count(end => end.EndsWith("complete", StringComparison.Ordinal) || end.EndsWith("timed out", StringComparison.Ordinal)));
        var redis = arena.Redis.Connection.GetDatabase();
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

    private static string Message(string game, string user) => $$$"""{"PAYLOAD": {"GAME_TOKEN": "{{{game}}}", "USER_TOKEN": "{{{user}}}"}}""";

    private static Task<JsonObject> AttackAsync(Arena arena, string game, string user, string? enemy) => arena.AskAsync(
        "game/action",
        new JsonObject
        {
            ["PAYLOAD"] = new JsonObject { ["GAME_TOKEN"] = game, ["USER_TOKEN"] = user, ["ENEMY_TOKEN"] = enemy, ["ACTION"] = "ATTACK" },
        }.ToJsonString());
}
