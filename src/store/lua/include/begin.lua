-- Opens every script that writes: a repeat gets the first answer, time never goes back, lost writes are noticed.
--
-- KEYS[1] meta    HASH    counter, clock, quarantineUntil …
-- ARGV[1] operation id    the same over every repeat of this call
-- ARGV[2] now             epoch ms, or '' for the clock of Redis
-- ARGV[3] told            the highest counter the caller was ever told
-- ARGV[4] horizon         ms for which every send is preceded by a read once acknowledged writes are gone
--
-- Gives `replay` (return it first of all), `now`, `nextCounter`, `quarantineUntil`, `finish`, `refuse`, `wake`.
-- @include keys
local ANSWER_KEPT_MS = 120000 -- a call is repeated for 10 s

local meta = redis.call('HMGET', KEYS[1], 'counter', 'clock', 'quarantineUntil')
local opKey = key('op', ARGV[1])
local replay = redis.call('GET', opKey)
replay = replay and cmsgpack.unpack(replay)

local function clock()
	local time = redis.call('TIME')
	return time[1] * 1000 + math.floor(time[2] / 1000)
end
local now = math.max(tonumber(ARGV[2]) or clock(), tonumber(meta[2] or 0))
local counter, told = tonumber(meta[1] or 0), tonumber(ARGV[3])
local nextCounter = math.max(counter, told) + 1

local rolledBack = counter < told
local quarantineUntil = tonumber(meta[3] or 0)
if rolledBack then quarantineUntil = math.max(quarantineUntil, now + tonumber(ARGV[4])) end

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
	redis.call('HSET', KEYS[1], 'counter', nextCounter, 'clock', now)
	if rolledBack then redis.call('HSET', KEYS[1], 'quarantineUntil', quarantineUntil, 'quarantineCause', 'rollback') end
	redis.call('SET', opKey, cmsgpack.pack(first), 'PX', ANSWER_KEPT_MS)
	for _, message in ipairs(wakes) do redis.call('PUBLISH', key('wake'), nextCounter .. ' ' .. message) end
	return first
end
