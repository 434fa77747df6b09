-- Ends an attempt at a game: records what became of it, cleans its keys and counts it, in one moment, and only where the
-- attempt is still the game's own. Whoever lost the game touches nothing.
--
-- KEYS    1 record, 2 status, 3 index of open games, 4 lobbies, 5 log, 6 quarantine, 7 to 13 statistics (totals, minutes,
--         days, heroes' games, wins and damage, latest games), from 14 those that expire, the participants first
-- ARGV    outcome, attempt, claimed_at, game_token, whether keys are cleaned, seconds for which they stay, and for which their record
--         does; what the outcome needs
-- returns Lost, or what became of the game
local outcome, attempt, claimed_at, token, clean, expiry, kept = unpack(ARGV, 1, 7)

local record = redis.pcall('HMGET', KEYS[1], 'attempt', 'stage', 'claimed_at')
local stage = record[2]
-- What begin could not read as a record is left as it is.
local unrecordable = attempt == '-1'
-- A record that was lost and made again counts from 1 again. The time of its claim tells it from the first one.
if not unrecordable and (record.err or (record[1] or '0') ~= attempt or (claimed_at ~= '' and record[3] ~= claimed_at)) then return 'Lost' end

local status = redis.pcall('GET', KEYS[2])
local allowed = {
    Loaded = stage == 'Claimed',
    Cleaned = stage == 'Loaded' and redis.call('TTL', KEYS[1]) < 0 and (not status or status == 'Completed'),
    Failed = stage == 'Claimed',
    Quarantined = unrecordable or stage == 'Claimed' or (not stage and (status or exists(KEYS[5]) or exists(KEYS[14]))),
    TimedOut = status == 'Timed Out' and redis.call('TTL', KEYS[2]) < 0,
    Late = outcome == 'Late' and is_cleaned(token, stage, KEYS[1], KEYS[2], KEYS[14], KEYS[5], KEYS[13]),
    Dropped = outcome == 'Dropped' and redis.pcall('HEXISTS', KEYS[6], token) == 1 and stage ~= 'Claimed' and stage ~= 'Loaded',
    Unknown = not stage and not exists(KEYS[5]) and (not status or (status == 'Completed' and not exists(KEYS[14]))),
}
if not allowed[outcome] then return 'Lost' end

-- Others write these keys, and one of another type holds no game that would have to leave it.
local function leave_indexes()
    redis.pcall('ZREM', KEYS[3], token)
    -- Redis stands still while a list is searched. A game that ends is among the oldest of those that are played, or among
    -- the newest of a list that nobody cleaned; in the middle of a long list it is left to the sweep.
    local length = redis.pcall('LLEN', KEYS[4])
    if type(length) == 'number' and length <= 1000 then
        redis.call('LREM', KEYS[4], 0, token)
        return
    end

    for _, side in ipairs({-1, 1}) do
        local place = redis.pcall('LPOS', KEYS[4], token, 'RANK', side, 'MAXLEN', 1000)
        if type(place) == 'number' then
            redis.call('LREM', KEYS[4], side, token)
            return
        end
    end
end

local function clean_keys()
    leave_indexes()
    redis.call('UNLINK', KEYS[5])
    for i = 14, #KEYS do
        -- After a late line the other keys may have expired, and the embedded Redis reports an error for each of those.
        if outcome ~= 'Late' or exists(KEYS[i]) then redis.call('EXPIRE', KEYS[i], expiry) end
    end
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

-- Keeps the newest times, so many, and none from beyond the latest, which a clock that was wrong has made: it must push out none.
local function add_time(key, most, name, latest)
    if redis.pcall('HINCRBY', key, name(seconds), 1) ~= 1 then return end
    local kept = {}
    for _, time in ipairs(redis.call('HKEYS', key)) do
        if time > name(latest) then redis.call('HDEL', key, time) else kept[#kept + 1] = time end
    end
    table.sort(kept)
    for i = 1, #kept - most do redis.call('HDEL', key, kept[i]) end
end

local function minute_of(moment) return string.format('%.0f', floor(moment / 60)) end

-- An object's JSON with one more member, the time.
local function stamped(name, json) return '{"' .. name .. '":"' .. utc() .. '",' .. string.sub(json, 2) end

local function quarantine(entry, reason)
    redis.call('HSET', KEYS[6], token, stamped('At', entry))
    if not unrecordable then
        redis.call('HSET', KEYS[1], 'stage', 'Quarantined', 'attempt', attempt == '0' and 1 or attempt, 'last_error', reason)
        redis.call('HDEL', KEYS[1], 'attempted_by', 'attempted_at', 'retry_at')
    end
    return 'Quarantined'
end

if outcome == 'Loaded' then
    redis.call('HSET', KEYS[1], 'stage', 'Loaded')
    redis.call('HDEL', KEYS[1], 'attempted_by', 'attempted_at')
    add(KEYS[7], 'loaded', 1)
    if attempt ~= '1' then add(KEYS[7], 'resumed', 1) end
    add_time(KEYS[8], 60, minute_of, seconds + 3600)
    add_time(KEYS[9], 400, day_of, seconds + 86400)
    for i = 9, #ARGV, 3 do
        add(KEYS[10], ARGV[i], 1)
        if ARGV[i + 1] == '1' then add(KEYS[11], ARGV[i], 1) end
        add(KEYS[12], ARGV[i], ARGV[i + 2])
    end
    redis.pcall('LPUSH', KEYS[13], stamped('at', ARGV[8]))
    redis.pcall('LTRIM', KEYS[13], 0, 999)
elseif outcome == 'Quarantined' then
    return quarantine(ARGV[8], ARGV[9])
elseif outcome == 'Failed' then
    local reason, wait, most, entry = unpack(ARGV, 8, 11)
    if most ~= '' and redis.call('HINCRBY', KEYS[1], 'failures', 1) >= tonumber(most) then return quarantine(entry, reason) end
    redis.call('HSET', KEYS[1], 'last_error', reason, 'retry_at', string.format('%.0f', now + tonumber(wait)))
    redis.call('HDEL', KEYS[1], 'attempted_by', 'attempted_at')
    return outcome
elseif outcome == 'TimedOut' then
    add(KEYS[7], 'timed_out', 1)
    redis.call('DEL', KEYS[1])
elseif outcome == 'Dropped' then
    leave_indexes()
    redis.call('HDEL', KEYS[6], token)
    redis.call('UNLINK', KEYS[5], unpack(KEYS, 14))
    redis.call('EXPIRE', KEYS[1], kept)
    return outcome
end

if clean == '1' and (outcome == 'TimedOut' or outcome == 'Late' or not status or status == 'Completed') then
    clean_keys()
    -- The record outlives the game's keys, so that a late message finds either the record or no game at all.
    redis.call('EXPIRE', KEYS[1], kept)
end
return outcome
