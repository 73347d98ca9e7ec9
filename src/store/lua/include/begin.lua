-- Opens every script that writes: a repeat gets the first answer, time never goes back, lost writes are noticed.
--
-- KEYS[1] meta    HASH    counter, clock, and what runs.lua keeps there
-- ARGV[1] operation id    the same over every repeat of this call
-- ARGV[2] now             epoch ms, or '' for the clock of Redis
-- ARGV[3] told            the highest counter the caller was ever told
-- ARGV[4] horizon         ms for which every send is preceded by a read once acknowledged writes are gone
--
-- Gives `replay` (return it first of all), `now`, `nextCounter`, `lookUntil`, `finish`, `refuse`, `wake`, `textOf`, `nowText`.
-- @include keys
local ANSWER_KEPT_MS = 120000 -- a call is repeated for 10 s

local meta = redis.call('HMGET', KEYS[1], 'counter', 'clock')
local opKey = key('op', ARGV[1])
local replay = redis.call('GET', opKey)
replay = replay and cmsgpack.unpack(replay)

local function clock()
	local time = redis.call('TIME')
	return time[1] * 1000 + math.floor(time[2] / 1000)
end
-- The clock as it is told, and time as scripts count it: this never goes back.
local wall = tonumber(ARGV[2]) or clock()
local now = math.max(wall, tonumber(meta[2] or 0))

-- A whole number as text: that is what the fields of a job are, and it costs a multiple when Redis turns a number into text itself.
local function textOf(number)
	return string.format('%.0f', number)
end
local nowText = textOf(now)

local counter, told, horizonMs = tonumber(meta[1] or 0), tonumber(ARGV[3]), tonumber(ARGV[4])
local nextCounter = math.max(counter, told) + 1
-- @include runs

local rolledBack = counter < told
local function rollBack()
	rolledBack = true
	if lookUntil() <= now then cutAt = now end
	quarantineUntil, isFresh = math.max(quarantineUntil, now + horizonMs), true
end
if rolledBack then rollBack() end

local wakes = {}
local function wake(message)
	if wakes[message] then return end
	wakes[message] = true
	wakes[#wakes + 1] = message
end

-- Nothing was written.
local function refuse(answer)
	return { counter, now, answer }
end

local function finish(answer)
	local first = { nextCounter, now, answer }
	redis.call('HSET', KEYS[1], 'counter', textOf(nextCounter), 'clock', nowText)
	if isNewRun then writeRun() end
	if rolledBack or isAwaitedChanged then writeStanding() end
	redis.call('SET', opKey, cmsgpack.pack(first), 'PX', ANSWER_KEPT_MS)
	for _, message in ipairs(wakes) do redis.call('PUBLISH', key('wake'), nextCounter .. ':' .. runId .. ' ' .. message) end
	return first
end
