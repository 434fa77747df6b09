-- Begins an attempt at a game: looks at its record and at the game itself and, in the same moment, claims it, so that
-- nothing can happen between the look and the claim.
--
-- KEYS    1 record, 2 status, 3 how many it wants, 4 participants, 5 log, 6 quarantine
-- returns what is to be done; attempt, claimed_by, claimed_at; and the game: its status, how many it wants, its
--         participants, their heroes, the length of its log and the log's first page; false where a key has another type
local token, host, silo, now, time, hold, dead, replay, page, hero = unpack(ARGV)

local record = redis.pcall('HMGET', KEYS[1], 'stage', 'attempt', 'claimed_by', 'claimed_at', 'attempted_by', 'attempted_at', 'retry_at', 'data')
if record.err then
    return {redis.call('HEXISTS', KEYS[6], token) == 1 and 'Quarantined' or 'Unrecordable', 0, host, time, false}
end

local stage, attempt, claimed_by, claimed_at = record[1], tonumber(record[2] or 0), record[3], record[4]
local holder, since, retry_at = record[5], tonumber(record[6] or 0), tonumber(record[7] or 0)
if not stage and record[8] then
    -- As 0.2.0 wrote it.
    local known, old = pcall(cjson.decode, record[8])
    if not known then return {'Unrecordable', 0, host, time, false} end
    stage = ({'Claimed', 'Loaded', 'Quarantined'})[old.Stage] or false
    if stage then
        attempt, claimed_by, claimed_at = math.floor(old.Attempts or 1), old.ClaimedBy ~= '' and old.ClaimedBy, old.ClaimedAt
        redis.call('HSET', KEYS[1], 'stage', stage, 'attempt', attempt, 'claimed_by', claimed_by or host, 'claimed_at', claimed_at)
    end
    redis.call('HDEL', KEYS[1], 'etag', 'data')
end

local status = redis.pcall('GET', KEYS[2])
local unreadable = type(status) == 'table'

local function game(lines)
    local read, found = pcall(function()
        local users = redis.call('SMEMBERS', KEYS[4])
        local heroes = {}
        for i, user in ipairs(users) do heroes[i] = redis.call('HGET', hero .. user, 'id') end
        local log = lines > 0 and redis.call('LRANGE', KEYS[5], 0, lines - 1) or {}
        return {status, redis.call('GET', KEYS[3]), users, heroes, redis.call('LLEN', KEYS[5]), log}
    end)
    return not unreadable and read and found
end

if stage == 'Loaded' then
    -- With a time to live it was cleaned, too.
    local cleaned = redis.call('TTL', KEYS[1]) >= 0
    return {cleaned and 'Cleaned' or 'Loaded', attempt, claimed_by, claimed_at, not cleaned and game(0)}
end

if replay == '' then
    if stage == 'Quarantined' then return {'Quarantined', attempt, claimed_by, claimed_at, false} end
    if tonumber(now) < retry_at then return {'Waiting', attempt, claimed_by, claimed_at, false} end
end

if holder and holder ~= silo and holder ~= dead and tonumber(now) < since + tonumber(hold) then
    return {'Held', attempt, holder, claimed_at, false}
end

if not unreadable then
    if status and status ~= 'Completed' then
        return {status == 'Timed Out' and 'TimedOut' or 'Running', attempt, host, time, status == 'Timed Out' and game(0)}
    end

    if not stage and (not status or redis.call('EXISTS', KEYS[4], KEYS[5]) == 0) then
        return {'Unknown', attempt, host, time, game(0)}
    end
end

attempt, claimed_by, claimed_at = attempt + 1, claimed_by or host, claimed_at or time
redis.call('HSET', KEYS[1], 'stage', 'Claimed', 'attempt', attempt, 'claimed_by', claimed_by, 'claimed_at', claimed_at, 'attempted_by', silo, 'attempted_at', now)
redis.call('HDEL', KEYS[1], 'retry_at')
if replay ~= '' then redis.call('HDEL', KEYS[1], 'failures') end
redis.call('HDEL', KEYS[6], token)
return {'Claimed', attempt, claimed_by, claimed_at, game(tonumber(page))}
