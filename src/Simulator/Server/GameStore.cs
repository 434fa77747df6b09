using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using StackExchange.Redis;
using Superhero.Redis;

namespace Superhero.Simulator.Server;

/// <summary>The state of the games, in Redis.</summary>
internal sealed class GameStore(IConnectionMultiplexer redis)
{
    private readonly HashSet<string> _users = new(StringComparer.Ordinal);
    private readonly Lock _usersLock = new();

    private IDatabase Database => redis.GetDatabase();

    /// <summary>Whether there are heroes to play with.</summary>
    public async Task<bool> HasHeroesAsync() => await Database.HashLengthAsync(GameKeys.Superheros) > 0;

    /// <summary>The user's token, and whether the user is new.</summary>
    public async Task<(string Token, bool Created)> LoginAsync(string user)
    {
        var created = await Database.HashSetAsync(GameKeys.Users, user, Guid.NewGuid().ToString("D"), When.NotExists);
        return ((string)(await Database.HashGetAsync(GameKeys.Users, user))!, created);
    }

    /// <summary>Whether the token is a user's, whichever server made it.</summary>
    public async Task<bool> IsUserAsync(string token)
    {
        lock (_usersLock)
        {
            if (_users.Contains(token))
            {
                return true;
            }
        }

        var all = await Database.HashValuesAsync(GameKeys.Users);
        lock (_usersLock)
        {
            _users.UnionWith(all.Select(value => (string)value!));
            return _users.Contains(token);
        }
    }

    /// <summary>Puts the user into an open game of that size, or into a new one, with a hero that nobody there has.</summary>
    /// <param name="user">The user's token.</param>
    /// <param name="size">How many participants the game wants.</param>
    /// <param name="fresh">The token of the new game.</param>
    /// <returns>The game's token and the hero's id, or null where there are too few heroes.</returns>
    public async Task<(string Game, int Hero)?> JoinAsync(string user, int size, Guid fresh)
    {
        var ids = await Database.HashKeysAsync(GameKeys.Superheros);
        if (ids.Length < size)
        {
            return null;
        }

        // In a game that lacks a participant, at most size - 1 of these are taken.
        Random.Shared.Shuffle(ids);
        var candidates = ids[..size];
        var heroes = await Database.HashGetAsync(GameKeys.Superheros, candidates);
        List<RedisValue> arguments = [user, size, fresh.ToString("D")];
        for (var i = 0; i < candidates.Length; i++)
        {
            using var hero = JsonDocument.Parse((ReadOnlyMemory<byte>)heroes[i]);
            var stats = hero.RootElement.GetProperty("powerstats");
            arguments.AddRange([candidates[i], stats.GetProperty("attack").GetInt64(), stats.GetProperty("health").GetInt64()]);
        }

        RedisKey lobbies = GameKeys.Players(size.ToString(CultureInfo.InvariantCulture));
        var joined = await Database.ScriptEvaluateAsync(GameScripts.Join, [lobbies, GameKeys.Games], [.. arguments]);
        return joined.IsNull ? null : ((string)joined[0]!, (int)joined[1]);
    }

    /// <summary>The status of a lobby, moved on where it is full or its time is up.</summary>
    public async Task<string> WaitAsync(Guid game, bool timeIsUp)
    {
        var keys = new GameKeys(game);
        return (string)(await Database.ScriptEvaluateAsync(
            GameScripts.Wait,
            [keys.Status, GameKeys.Games, keys.Order, keys.Participants, keys.Wanted],
            [keys.Token, timeIsUp ? 1 : 0]))!;
    }

    /// <summary>The status of a game as this user should see it, and how many attacks there were. It is "Waiting Player"
    /// only when the turn is this user's.</summary>
    public async Task<(string Status, long Attacks)> TurnAsync(Guid game, string user)
    {
        var keys = new GameKeys(game);
        var turn = await Database.ScriptEvaluateAsync(
            GameScripts.Turn, [keys.Status, keys.Order, keys.Participants, keys.Logs], [user, keys.HeroPrefix]);
        return ((string)turn[0]!, (long)turn[1]);
    }

    /// <summary>The games in the simulator's index.</summary>
    public async Task<List<Guid>> OpenGamesAsync()
    {
        List<Guid> games = [];
        await foreach (var game in Database.SortedSetScanAsync(GameKeys.Games))
        {
            if (Guid.TryParseExact((string?)game.Element, "D", out var token))
            {
                games.Add(token);
            }
        }

        return games;
    }

    /// <summary>Looks at a game's progress, and ends the waiting if that has not changed: a lobby times out, the player whose turn it
    /// is forfeits, and a game without players times out.</summary>
    /// <param name="game">The game.</param>
    /// <param name="lobby">The progress that is too old in a lobby; null for none.</param>
    /// <param name="turn">The progress that is too old in a fight; null for none.</param>
    /// <returns>The status, blank if there is no such game; the progress; and who forfeits, if anybody does.</returns>
    public async Task<(string Status, string Progress, string? Forfeited)> StalledAsync(Guid game, string? lobby, string? turn)
    {
        var keys = new GameKeys(game);
        var look = await Database.ScriptEvaluateAsync(
            GameScripts.Stalled,
            [keys.Status, keys.Order, keys.Participants, keys.Logs, GameKeys.Games],
            [keys.Token, keys.HeroPrefix, lobby ?? "", turn ?? ""]);
        return ((string)look[0]!, (string)look[1]!, look.Length > 2 ? (string?)look[2] : null);
    }

    /// <summary>Attacks.</summary>
    /// <returns>"ATTACK" with the log line, "NA" where there was nobody left to attack, or what is wrong.</returns>
    public async Task<(string Result, string? Line)> AttackAsync(Guid game, string user, string? enemy)
    {
        var keys = new GameKeys(game);
        var start = $$"""{"TIMESTAMP": "{{Json.Now()}}", "PAYLOAD": {"GAME_TOKEN": "{{keys.Token}}", "USER_TOKEN": {{Quote(user)}}}, "STATUS": {"ACTION": "ATTACK", "DETAILS": {"ENEMY_TOKEN": {{Quote(enemy)}}, "ENEMY_DAMAGE": """;
        var attack = await Database.ScriptEvaluateAsync(
            GameScripts.Attack, [keys.Status, keys.Order, keys.Participants, keys.Logs], [user, enemy ?? "", keys.HeroPrefix, start]);
        return ((string)attack[0]!, attack.Length > 1 ? (string)attack[1]! : null);
    }

    /// <summary>Takes a user who lost the connection out of the game, so that the others need not wait.</summary>
    /// <returns>Whether that ended the game.</returns>
    public async Task<bool> LeaveAsync(Guid game, string user)
    {
        var keys = new GameKeys(game);
        return (bool)await Database.ScriptEvaluateAsync(
            GameScripts.Leave,
            [keys.Status, keys.Order, keys.Participants, GameKeys.Games, keys.TakenHeros, keys.Hero(user)],
            [user, keys.Token]);
    }

    /// <summary>The user_tokens of those in the game.</summary>
    public async Task<string[]> ParticipantsAsync(Guid game) =>
        Array.ConvertAll(await Database.SetMembersAsync(new GameKeys(game).Participants), value => (string)value!);

    /// <summary>A participant's hero; one without an id where there is none.</summary>
    public async Task<JsonObject> HeroAsync(Guid game, string user)
    {
        var hero = await Database.HashGetAsync(new GameKeys(game).Hero(user), ["id", "attack", "health"]);
        return new JsonObject
        {
            ["token"] = user,
            ["id"] = hero[0].IsNull ? null : (int)hero[0],
            ["attack"] = hero[1].IsNull ? 0 : (long)hero[1],
            ["health"] = hero[2].IsNull ? 0 : (long)hero[2],
        };
    }

    private static string Quote(string? text) => JsonSerializer.Serialize(text);
}
