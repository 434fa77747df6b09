-- What both scripts share. Redis' own clock decides holds, retries and statistics: a silo's clock may be wrong.
local time, floor = redis.call('TIME'), math.floor
local seconds, microseconds = tonumber(time[1]), tonumber(time[2])
local now = seconds * 1000 + floor(microseconds / 1000)

-- A day in UTC, such as 2026-05-04, until 2100. Counted from 1968-03-01, every fourth year ends with the leap day.
local names = {}
local function day_of(moment)
    local days = floor(moment / 86400) + 671
    if not names[days] then
        local year = floor((4 * days + 3) / 1461)
        local day = days - floor(1461 * year / 4)
        local month = floor((5 * day + 2) / 153)
        names[days] = string.format('%04d-%02d-%02d',
            1968 + year + floor((month + 2) / 12), (month + 2) % 12 + 1, day - floor((153 * month + 2) / 5) + 1)
    end
    return names[days]
end

local function utc()
    local second = seconds % 86400
    return string.format('%sT%02d:%02d:%02d.%06dZ',
        day_of(seconds), floor(second / 3600), floor(second / 60) % 60, second % 60, microseconds)
end

local function exists(key) return redis.call('EXISTS', key) == 1 end

-- Whether the game was loaded and cleaned, so that whatever else is there came later. Only an end gives a game's keys a time
-- to live, and the server that writes a status anew takes it away. Participants who stay are a game whose token is used again.
local function is_cleaned(token, stage, record, status, participants, log, latest)
    local left = redis.call('TTL', participants)
    if left == -1 or (stage and (stage ~= 'Loaded' or redis.call('TTL', record) < 0)) then return false end
    if stage or redis.call('TTL', status) >= 0 then return true end
    if not exists(log) then return left >= 0 end
    local games = redis.pcall('LRANGE', latest, 0, -1)
    for i = 1, #games do
        if string.find(games[i], '"game":"' .. token .. '"', 1, true) then return true end
    end
    return false
end

