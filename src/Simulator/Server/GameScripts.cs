namespace Superhero.Simulator.Server;

/// <summary>Whatever must not be torn apart by another player or server, as scripts for Redis.</summary>
internal static class GameScripts
{
    // KEYS: the lobbies of this size, all open games. ARGV: user, size, a token for a new game, heroes as id, attack, health.
    public const string Join =
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
    public const string Wait =
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
    public const string Turn =
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
    // All that can fail comes before the first write, because Redis does not undo the writes of a script that fails: each command there is
    // in every release of Redis, and each key has been read, so that its type is right.
    public const string Attack =
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
        redis.call('LLEN', KEYS[4])
        redis.call('HSET', ARGV[3] .. ARGV[2], 'health', string.format('%.0f', post))
        local line = ARGV[4] .. string.format('%.0f, "ENEMY_HEALTH_PRIOR": %.0f, "ENEMY_HEALTH_POST": %.0f}}}', damage, prior, post)
        redis.call('RPUSH', KEYS[4], line)
        if post == 0 then redis.call('LREM', KEYS[2], 0, ARGV[2]) end
        redis.call('RPUSH', KEYS[2], redis.call('LPOP', KEYS[2]))
        redis.call('SET', KEYS[1], 'In-Progress')
        return {'ATTACK', line}
        """;

    // KEYS: status, order, participants, log, all open games. ARGV: token, prefix of the heroes, the progress of a lobby and that of a fight
    // that has lasted too long, each '' if there is none. Gives the status, '' if there is no such game; the progress; and who forfeits the turn.
    public const string Stalled =
        """
        local status = redis.call('GET', KEYS[1])
        if not status then return {'', ''} end
        if status == 'Completed' or status == 'Timed Out' then return {status, ''} end
        if status == 'Waiting Lobby' or status == 'Initializing' or status == 'Time Out' then
          local progress = 'joined ' .. (redis.call('ZSCORE', KEYS[5], ARGV[1]) or '0')
          if progress == ARGV[3] then
            status = 'Timed Out'
            redis.call('SET', KEYS[1], status)
          end
          return {status, progress}
        end
        local head = redis.call('LINDEX', KEYS[2], 0) or ''
        local progress = 'attacks ' .. redis.call('LLEN', KEYS[4]) .. ' ' .. head
        if progress ~= ARGV[4] then return {status, progress} end
        local living = 0
        for _, user in ipairs(redis.call('SMEMBERS', KEYS[3])) do
          if (tonumber(redis.call('HGET', ARGV[2] .. user, 'health')) or 0) > 0 then living = living + 1 end
        end
        if living <= 1 then
          redis.call('SET', KEYS[1], 'Completed')
          return {'Completed', progress}
        end
        redis.call('LREM', KEYS[2], 0, head)
        if redis.call('LLEN', KEYS[2]) == 0 then
          status = 'Timed Out'
          redis.call('SET', KEYS[1], status)
        end
        return {status, progress, head}
        """;

    // KEYS: status, order, participants, all open games, heroes taken, the user's hero. ARGV: user, token.
    public const string Leave =
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
}
