-- Ends an attempt at a game: records what became of it, cleans its keys and counts it, in one moment, and only where the
-- attempt is still the game's own. Whoever lost the game touches nothing.
--
-- KEYS    1 record, 2 status, 3 index of open games, 4 lobbies, 5 log, 6 quarantine, 7 to 13 statistics (totals, minutes,
--         days, heroes' games, wins and damage, latest games), from 14 those that expire, the participants first
-- returns Lost, or what became of the game
local outcome, attempt, token, clean, expiry, kept = unpack(ARGV, 1, 6)

local record = redis.pcall('HMGET', KEYS[1], 'attempt', 'stage')
local stage = record[2]
local function exists(key) return redis.call('EXISTS', key) == 1 end
-- What begin could not read as a record is left as it is.
local unrecordable = attempt == '-1'
if not unrecordable and (record.err or (record[1] or '0') ~= attempt) then return 'Lost' end

local status = redis.pcall('GET', KEYS[2])
local allowed = {
    Loaded = stage == 'Claimed',
    Cleaned = stage == 'Loaded' and redis.call('TTL', KEYS[1]) < 0 and (not status or status == 'Completed'),
    Failed = stage == 'Claimed',
    Quarantined = unrecordable or stage == 'Claimed' or (not stage and (status or exists(KEYS[5]) or exists(KEYS[14]))),
    TimedOut = status == 'Timed Out' and redis.call('TTL', KEYS[2]) < 0,
    Unknown = not stage and not exists(KEYS[5]) and (not status or (status == 'Completed' and not exists(KEYS[14]))),
}
if not allowed[outcome] then return 'Lost' end

-- Others write these keys, and one of another type holds no game that would have to leave it.
local function clean_keys()
    redis.pcall('ZREM', KEYS[3], token)
    redis.pcall('LREM', KEYS[4], 0, token)
    redis.call('UNLINK', KEYS[5])
    for i = 14, #KEYS do redis.call('EXPIRE', KEYS[i], expiry) end
end

-- Statistics keep no game from ending: a sum that fits no more stays at the most that does.
local function add(key, field, number)
    local sum = redis.pcall('HINCRBY', key, field, number)
    if type(sum) ~= 'table' then return end
    if string.find(sum.err, 'overflow') or string.find(sum.err, 'out of range') then
        redis.pcall('HSET', key, field, '9223372036854775807')
    elseif string.find(sum.err, 'OOM') then
        error(sum.err)
    end
end

local function add_time(key, field, oldest)
    if redis.pcall('HINCRBY', key, field, 1) == 1 then
        for _, old in ipairs(redis.call('HKEYS', key)) do
            if old < oldest then redis.call('HDEL', key, old) end
        end
    end
end

local function quarantine(entry, reason)
    redis.call('HSET', KEYS[6], token, entry)
    if not unrecordable then
        redis.call('HSET', KEYS[1], 'stage', 'Quarantined', 'attempt', attempt == '0' and 1 or attempt, 'last_error', reason)
        redis.call('HDEL', KEYS[1], 'attempted_by', 'attempted_at', 'retry_at')
    end
    return 'Quarantined'
end

if outcome == 'Loaded' then
    local minute, oldest_minute, day, oldest_day, game = unpack(ARGV, 7, 11)
    redis.call('HSET', KEYS[1], 'stage', 'Loaded')
    redis.call('HDEL', KEYS[1], 'attempted_by', 'attempted_at')
    add(KEYS[7], 'loaded', 1)
    if attempt ~= '1' then add(KEYS[7], 'resumed', 1) end
    add_time(KEYS[8], minute, oldest_minute)
    add_time(KEYS[9], day, oldest_day)
    for i = 12, #ARGV, 3 do
        add(KEYS[10], ARGV[i], 1)
        if ARGV[i + 1] == '1' then add(KEYS[11], ARGV[i], 1) end
        add(KEYS[12], ARGV[i], ARGV[i + 2])
    end
    redis.pcall('LPUSH', KEYS[13], game)
    redis.pcall('LTRIM', KEYS[13], 0, 999)
elseif outcome == 'Quarantined' then
    return quarantine(ARGV[7], ARGV[8])
elseif outcome == 'Failed' then
    local reason, retry_at, most, entry = unpack(ARGV, 7, 10)
    if most ~= '' and redis.call('HINCRBY', KEYS[1], 'failures', 1) >= tonumber(most) then return quarantine(entry, reason) end
    redis.call('HSET', KEYS[1], 'last_error', reason, 'retry_at', retry_at)
    redis.call('HDEL', KEYS[1], 'attempted_by', 'attempted_at')
    return outcome
elseif outcome == 'TimedOut' then
    add(KEYS[7], 'timed_out', 1)
    redis.call('DEL', KEYS[1])
end

if clean == '1' and (outcome == 'TimedOut' or not status or status == 'Completed') then
    clean_keys()
    -- The record outlives the game's keys, so that a late message finds either the record or no game at all.
    redis.call('EXPIRE', KEYS[1], kept)
end
return outcome
