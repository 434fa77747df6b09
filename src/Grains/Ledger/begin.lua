-- Begins an attempt at a game: looks at its record and at the game itself and, in the same moment, claims it, so that
-- nothing can happen between the look and the claim.
--
-- KEYS    1 record, 2 status, 3 how many it wants, 4 participants, 5 log, 6 quarantine, 7 latest games
-- ARGV    game_token, host name, silo, hold and longest wait in milliseconds, a silo that is dead, whether this is a replay,
--         how many lines of the log to read, the prefix of its heroes' keys, how many bytes of the log to read
-- returns what is to be done; attempt, claimed_by, claimed_at; and the game: its status, how many it wants, its
--         participants, their heroes, the length of its log and the log's first page; false where a key has another type
local token, host, silo, hold, longest_wait, dead, replay, page, hero, page_bytes = unpack(ARGV)

local record = redis.pcall('HMGET', KEYS[1], 'stage', 'attempt', 'claimed_by', 'claimed_at', 'attempted_by', 'attempted_at', 'retry_at', 'data')
local stage, attempt, claimed_by, claimed_at, holder = record[1], record[2], record[3], record[4], record[5]
local since, retry_at = tonumber(record[6] or 0), tonumber(record[7] or 0)
if not record.err and not stage and record[8] then
    -- As 0.2.0 wrote it.
    local known, old = pcall(cjson.decode, record[8])
    old = known and type(old) == 'table' and old or {Stage = 'none'}
    stage, attempt, claimed_by, claimed_at = ({[0] = false, 'Claimed', 'Loaded', 'Quarantined'})[old.Stage], old.Attempts or 1, old.ClaimedBy, old.ClaimedAt
    if claimed_by == '' then claimed_by = host end
end

-- Whoever can write to Redis could have written it; the name becomes a part of the files'.
local whole = tonumber(attempt or 0)
local readable = not record.err and since and retry_at and (not stage or (
    ({Claimed = true, Loaded = true, Quarantined = true})[stage] and whole and whole >= 1 and whole < 2147483647 and whole == math.floor(whole)
    and (stage == 'Quarantined' or type(claimed_by) == 'string') and (type(claimed_by) ~= 'string' or (#claimed_by <= 200 and string.match(claimed_by, '^%w[%w._-]*$')))))
if stage == nil or not readable then
    return {redis.pcall('HEXISTS', KEYS[6], token) == 1 and 'Quarantined' or 'Unrecordable', -1, host, '', false}
end

attempt = stage and math.floor(whole) or 0
claimed_by = stage and type(claimed_by) == 'string' and claimed_by
claimed_at = stage and type(claimed_at) == 'string' and #claimed_at <= 40 and string.match(claimed_at, '^[%dT:.Z+-]+$')
if record[8] and not record[1] then
    claimed_at = stage and (claimed_at or utc())
    if stage then redis.call('HSET', KEYS[1], 'stage', stage, 'attempt', attempt, 'claimed_by', claimed_by or host, 'claimed_at', claimed_at) end
    redis.call('HDEL', KEYS[1], 'etag', 'data')
end

local status = redis.pcall('GET', KEYS[2])
local unreadable = type(status) == 'table'

local function game(lines)
    local read, found = pcall(function()
        local users = redis.call('SMEMBERS', KEYS[4])
        local heroes = {}
        for i, user in ipairs(users) do heroes[i] = redis.call('HGET', hero .. user, 'id') end
        local log, size = lines > 0 and redis.call('LRANGE', KEYS[5], 0, lines - 1) or {}, 0
        for i = 1, #log do
            size = size + #log[i]
            if size > tonumber(page_bytes) and i > 1 then
                for rest = #log, i, -1 do log[rest] = nil end
                break
            end
        end
        return {status, redis.call('GET', KEYS[3]), users, heroes, redis.call('LLEN', KEYS[5]), log}
    end)
    return not unreadable and read and found
end

if (stage == 'Loaded' or (not stage and status ~= 'Timed Out'))
    and is_cleaned(token, stage, KEYS[1], KEYS[2], KEYS[4], KEYS[5], KEYS[7]) then
    local late = exists(KEYS[5])
    return {late and 'Late' or 'Cleaned', attempt, claimed_by or host, claimed_at or '', late and game(0)}
end

if stage == 'Loaded' then
    -- With a time to live it was cleaned, too, and its token is used again.
    local cleaned = redis.call('TTL', KEYS[1]) >= 0
    return {cleaned and 'Cleaned' or 'Loaded', attempt, claimed_by or host, claimed_at or '', not cleaned and game(0)}
end

-- A time that lies too far ahead was written by a clock that was wrong. It is put right once, or it would be as far ahead at
-- each look.
local function bounded(field, value, most)
    if value <= most then return value end
    redis.call('HSET', KEYS[1], field, string.format('%.0f', most))
    return most
end

if replay == '' then
    if stage == 'Quarantined' then return {'Quarantined', attempt, host, '', false} end
    if now < bounded('retry_at', retry_at, now + tonumber(longest_wait)) then return {'Waiting', attempt, host, '', false} end
end

if holder and holder ~= silo and holder ~= dead and now < bounded('attempted_at', since, now) + tonumber(hold) then
    return {'Held', attempt, holder, '', false}
end

if not unreadable then
    if status and status ~= 'Completed' then
        return {status == 'Timed Out' and 'TimedOut' or 'Running', attempt, host, '', status == 'Timed Out' and game(0)}
    end

    if not stage and (not status or redis.call('EXISTS', KEYS[4], KEYS[5]) == 0) then
        return {'Unknown', attempt, host, '', game(0)}
    end
end

attempt, claimed_by, claimed_at = attempt + 1, claimed_by or host, claimed_at or utc()
redis.call('HSET', KEYS[1], 'stage', 'Claimed', 'attempt', attempt, 'claimed_by', claimed_by, 'claimed_at', claimed_at, 'attempted_by', silo, 'attempted_at', string.format('%.0f', now))
redis.call('HDEL', KEYS[1], 'retry_at')
if replay ~= '' then redis.call('HDEL', KEYS[1], 'failures') end
redis.pcall('HDEL', KEYS[6], token)
return {'Claimed', attempt, claimed_by, claimed_at, game(tonumber(page))}
