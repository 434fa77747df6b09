using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using StackExchange.Redis;
using Superhero.Redis;

namespace Superhero.Simulator.Server;

/// <summary>The state of the games, in Redis. Whatever must not be torn apart by another player or server is one script.</summary>
internal sealed class GameStore(IConnectionMultiplexer redis)
{
    // KEYS: the lobbies of this size, all open games. ARGV: user, size, a token for a new game, heroes as id, attack, health.
    private const string JoinScript =
        """
        local size, token = tonumber(ARGV[2]), nil
        for _, open in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
          local status = redis.call('GET', 'games:' .. open .. ':status')
          if (status == 'Initializing' or status == 'Waiting Lobby' or status == 'Time Out')
              and tonumber(redis.call('ZSCORE', KEYS[2], open) or size) < size
              and redis.call('SCARD', 'games:' .. open) < size
              and redis.call('SISMEMBER', 'games:' .. open, ARGV[1]) == 0 then
            token = open
            break
          end
        end
        if not token then
          token = ARGV[3]
          redis.call('RPUSH', KEYS[1], token)
          redis.call('ZADD', KEYS[2], 0, token)
          redis.call('SET', 'games:' .. token .. ':participants', ARGV[2])
          redis.call('SET', 'games:' .. token .. ':status', 'Waiting Lobby')
          redis.call('SET', 'games:' .. token .. ':host', ARGV[1])
        end
        for i = 4, #ARGV, 3 do
          if redis.call('SADD', 'games:' .. token .. ':superheros', ARGV[i]) == 1 then
            redis.call('HSET', 'games:' .. token .. ':superheros:' .. ARGV[1], 'id', ARGV[i], 'attack', ARGV[i + 1], 'health', ARGV[i + 2])
            redis.call('SADD', 'games:' .. token, ARGV[1])
            redis.call('ZINCRBY', KEYS[2], 1, token)
            return {token, ARGV[i]}
          end
        end
        return false
        """;

    // KEYS: status, all open games, order, participants, wanted. ARGV: token, whether the lobby's time is up.
    private const string WaitScript =
        """
        local status = redis.call('GET', KEYS[1])
        if not status then return 'Timed Out' end
        if status ~= 'Initializing' and status ~= 'Waiting Lobby' and status ~= 'Time Out' then return status end
        if tonumber(redis.call('ZSCORE', KEYS[2], ARGV[1]) or 0) >= tonumber(redis.call('GET', KEYS[5])) then
          status = 'Starting'
          if redis.call('LLEN', KEYS[3]) == 0 then
            local users = redis.call('SMEMBERS', KEYS[4])
            table.sort(users)
            for _, user in ipairs(users) do redis.call('RPUSH', KEYS[3], user) end
          end
        elseif ARGV[2] == '1' then
          status = 'Timed Out'
        end
        redis.call('SET', KEYS[1], status)
        return status
        """;

    // KEYS: status, order, participants, log. ARGV: user, prefix of the heroes.
    private const string TurnScript =
        """
        local status = redis.call('GET', KEYS[1])
        if not status then return {'Completed', 0} end
        if status == 'Completed' or status == 'Timed Out' then return {status, 0} end
        local living = 0
        for _, user in ipairs(redis.call('SMEMBERS', KEYS[3])) do
          if tonumber(redis.call('HGET', ARGV[2] .. user, 'health') or 0) > 0 then living = living + 1 end
        end
        if living <= 1 then status = 'Completed'
        elseif redis.call('LINDEX', KEYS[2], 0) == ARGV[1] then status = 'Waiting Player'
        elseif status == 'Starting' then status = 'In-Progress' end
        redis.call('SET', KEYS[1], status)
        if status == 'Waiting Player' and redis.call('LINDEX', KEYS[2], 0) ~= ARGV[1] then status = 'In-Progress' end
        return {status, redis.call('LLEN', KEYS[4])}
        """;

    // KEYS: status, order, participants, log. ARGV: user, enemy or '', prefix of the heroes, the log line up to its damage.
    private const string AttackScript =
        """
        local function health(user) return tonumber(redis.call('HGET', ARGV[3] .. user, 'health') or 0) end
        local status = redis.call('GET', KEYS[1])
        if not status then return {'UNKNOWN GAME TOKEN'} end
        if redis.call('SISMEMBER', KEYS[3], ARGV[1]) == 0 then return {'UNKNOWN USER TOKEN'} end
        local playing = status == 'Starting' or status == 'In-Progress' or status == 'Waiting Player'
        if ARGV[2] == '' then
          if not playing and status ~= 'Completed' then return {'GAME IS NOT IN PROGRESS'} end
          for _, user in ipairs(redis.call('SMEMBERS', KEYS[3])) do
            if user ~= ARGV[1] and health(user) > 0 then return {'ENEMIES ARE LEFT'} end
          end
          if playing then redis.call('SET', KEYS[1], 'Completed') end
          return {'NA'}
        end
        if not playing then return {'GAME IS NOT IN PROGRESS'} end
        if redis.call('SISMEMBER', KEYS[3], ARGV[2]) == 0 then return {'UNKNOWN ENEMY TOKEN'} end
        if ARGV[2] == ARGV[1] then return {'ENEMY IS THE USER'} end
        if health(ARGV[1]) <= 0 then return {'USER IS DEAD'} end
        if redis.call('LINDEX', KEYS[2], 0) ~= ARGV[1] then return {"NOT USER'S TURN"} end
        local prior = health(ARGV[2])
        if prior <= 0 then return {'ENEMY IS DEAD'} end
        local damage = tonumber(redis.call('HGET', ARGV[3] .. ARGV[1], 'attack'))
        local post = math.max(prior - damage, 0)
        redis.call('HSET', ARGV[3] .. ARGV[2], 'health', string.format('%.0f', post))
        local line = ARGV[4] .. string.format('%.0f, "ENEMY_HEALTH_PRIOR": %.0f, "ENEMY_HEALTH_POST": %.0f}}}', damage, prior, post)
        redis.call('RPUSH', KEYS[4], line)
        if post == 0 then redis.call('LREM', KEYS[2], 0, ARGV[2]) end
        redis.call('LMOVE', KEYS[2], KEYS[2], 'LEFT', 'RIGHT')
        redis.call('SET', KEYS[1], 'In-Progress')
        return {'ATTACK', line}
        """;

    // KEYS: status, order, participants, all open games, heroes taken, the user's hero. ARGV: user, token.
    private const string LeaveScript =
        """
        local status = redis.call('GET', KEYS[1])
        if not status or status == 'Completed' or status == 'Timed Out' then return 0 end
        redis.call('LREM', KEYS[2], 0, ARGV[1])
        if status == 'Waiting Lobby' or status == 'Initializing' or status == 'Time Out' then
          redis.call('SREM', KEYS[5], redis.call('HGET', KEYS[6], 'id') or '')
          redis.call('DEL', KEYS[6])
          if redis.call('SREM', KEYS[3], ARGV[1]) == 1 then redis.call('ZINCRBY', KEYS[4], -1, ARGV[2]) end
          if redis.call('SCARD', KEYS[3]) > 0 then return 0 end
        elseif redis.call('LLEN', KEYS[2]) > 0 then
          return 0
        end
        redis.call('SET', KEYS[1], 'Timed Out')
        return 1
        """;

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
    /// <returns>The game's token and the hero's id, or null where there are too few heroes.</returns>
    public async Task<(string Game, int Hero)?> JoinAsync(string user, int size)
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
        List<RedisValue> arguments = [user, size, Guid.NewGuid().ToString("D")];
        for (var i = 0; i < candidates.Length; i++)
        {
            using var hero = JsonDocument.Parse((ReadOnlyMemory<byte>)heroes[i]);
            var stats = hero.RootElement.GetProperty("powerstats");
            arguments.AddRange([candidates[i], stats.GetProperty("attack").GetInt64(), stats.GetProperty("health").GetInt64()]);
        }

        RedisKey lobbies = GameKeys.Players(size.ToString(CultureInfo.InvariantCulture));
        var joined = await Database.ScriptEvaluateAsync(JoinScript, [lobbies, GameKeys.Games], [.. arguments]);
        return joined.IsNull ? null : ((string)joined[0]!, (int)joined[1]);
    }

    /// <summary>The status of a lobby, moved on where it is full or its time is up.</summary>
    public async Task<string> WaitAsync(Guid game, bool timeIsUp)
    {
        var keys = new GameKeys(game);
        return (string)(await Database.ScriptEvaluateAsync(
            WaitScript,
            [keys.Status, GameKeys.Games, keys.Order, keys.Participants, keys.Wanted],
            [keys.Token, timeIsUp ? 1 : 0]))!;
    }

    /// <summary>The status of a game as this user should see it, and how many attacks there were. It is "Waiting Player"
    /// only when the turn is this user's.</summary>
    public async Task<(string Status, long Attacks)> TurnAsync(Guid game, string user)
    {
        var keys = new GameKeys(game);
        var turn = await Database.ScriptEvaluateAsync(
            TurnScript, [keys.Status, keys.Order, keys.Participants, keys.Logs], [user, keys.HeroPrefix]);
        return ((string)turn[0]!, (long)turn[1]);
    }

    /// <summary>Attacks.</summary>
    /// <returns>"ATTACK" with the log line, "NA" where there was nobody left to attack, or what is wrong.</returns>
    public async Task<(string Result, string? Line)> AttackAsync(Guid game, string user, string? enemy)
    {
        var keys = new GameKeys(game);
        var start = $$"""{"TIMESTAMP": "{{Json.Now()}}", "PAYLOAD": {"GAME_TOKEN": "{{keys.Token}}", "USER_TOKEN": {{Quote(user)}}}, "STATUS": {"ACTION": "ATTACK", "DETAILS": {"ENEMY_TOKEN": {{Quote(enemy)}}, "ENEMY_DAMAGE": """;
        var attack = await Database.ScriptEvaluateAsync(
            AttackScript, [keys.Status, keys.Order, keys.Participants, keys.Logs], [user, enemy ?? "", keys.HeroPrefix, start]);
        return ((string)attack[0]!, attack.Length > 1 ? (string)attack[1]! : null);
    }

    /// <summary>Takes a user who lost the connection out of the game, so that the others need not wait.</summary>
    /// <returns>Whether that ended the game.</returns>
    public async Task<bool> LeaveAsync(Guid game, string user)
    {
        var keys = new GameKeys(game);
        return (bool)await Database.ScriptEvaluateAsync(
            LeaveScript,
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
