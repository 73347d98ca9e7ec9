-- Takes the first events of lines that are due. A dispatcher that dies gives them back when its lease ends.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] subscription id
-- ARGV[6] max
-- ARGV[7] how many of this subscription may be under way anywhere
-- ARGV[8] leaseMs
--
-- Returns [counter, now, [token, [[line, tries, entry] …]], [event fields or dead JSON …]].
-- @include begin
-- @include deliveries
local sub, max, inFlight, leaseMs = ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])

local function read(entry)
	local event = string.match(entry, '^dead:(.+)$')
	if event then return redis.call('GET', key('dead', sub, event)) or '' end
	local found = redis.call('XRANGE', key('events'), entry, entry)[1]
	return found or ''
end

local function withEvents(first)
	local events = {}
	for _, taken in ipairs(first[3][2]) do events[#events + 1] = read(taken[3]) end
	return { first[1], first[2], first[3], events }
end
if replay then return withEvents(replay) end

local function underWay()
	local running = 0
	for _, line in ipairs(redis.call('HKEYS', key('sub', sub, 'leases'))) do
		if tonumber(redis.call('ZSCORE', key('sub', sub, 'heads'), line) or 0) > now then running = running + 1 end
	end
	return running
end

local taken, cut = {}, 0
local function take(line)
	local entry = redis.call('LINDEX', queueOf(sub, line), 0)
	-- The log was cut before this one could be delivered: it is counted, and the line goes on.
	while entry and read(entry) == '' do
		shift(sub, line)
		cut = cut + 1
		entry = redis.call('LINDEX', queueOf(sub, line), 0)
	end
	if not entry then return end
	redis.call('HSET', key('sub', sub, 'leases'), line, ARGV[1])
	redis.call('ZADD', key('sub', sub, 'heads'), now + leaseMs, line)
	taken[#taken + 1] = { line, tonumber(redis.call('HGET', key('sub', sub, 'tries'), line) or 0), entry }
end

local paused = redis.call('HGET', key('sub', sub), 'paused')
local free = paused == '' and math.min(max, inFlight - underWay()) or 0
local due = free > 0 and redis.call('ZRANGE', key('sub', sub, 'heads'), '-inf', now, 'BYSCORE', 'LIMIT', 0, free) or {}
if #due == 0 then return withEvents(refuse({ '', {} })) end

for _, line in ipairs(due) do take(line) end
if cut > 0 then redis.call('HINCRBY', key('sub', sub), 'missed', cut) end
refreshDeliveries(sub)
return withEvents(finish({ ARGV[1], taken }))
