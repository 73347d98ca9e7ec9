-- Cuts the log of events to its bounds, some entries a call, and counts for each subscription what it had not been handed.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] maxAgeMs
-- ARGV[6] maxEntries
-- ARGV[7] most entries to cut now
-- ARGV[8] ms after which dead deliveries are forgotten
--
-- Returns [counter, now, [entries cut]].
-- @include begin
-- @include deliveries
if replay then return replay end
local events, most = key('events'), tonumber(ARGV[7])
local surplus = redis.call('XLEN', events) - tonumber(ARGV[6])
local tooOld = string.format('%.0f', now - tonumber(ARGV[5]))

local function cutLog()
	local old = redis.call('XRANGE', events, '-', '(' .. tooOld, 'COUNT', most)
	local cut = math.min(most, math.max(#old, surplus))
	if cut <= 0 then return {} end
	local gone = #old >= cut and old or redis.call('XRANGE', events, '-', '+', 'COUNT', cut)
	redis.call('XTRIM', events, 'MAXLEN', redis.call('XLEN', events) - #gone)
	redis.call('HSET', KEYS[1], 'logCut', gone[#gone][1])
	return gone
end

local function isBefore(a, b)
	local aMs, aSeq = string.match(a, '^(%d+)-(%d+)$')
	local bMs, bSeq = string.match(b, '^(%d+)-(%d+)$')
	aMs, bMs = tonumber(aMs), tonumber(bMs)
	return aMs < bMs or (aMs == bMs and tonumber(aSeq) < tonumber(bSeq))
end

local function countMissed(gone)
	for _, sub in ipairs(redis.call('ZRANGE', key('subs'), 0, -1)) do
		local cursor, missed = redis.call('HGET', key('sub', sub), 'cursor'), 0
		for i = #gone, 1, -1 do
			if not isBefore(cursor, gone[i][1]) then break end
			missed = missed + 1
		end
		if missed > 0 then redis.call('HINCRBY', key('sub', sub), 'missed', missed) end
	end
end

local function forgetDead()
	local forgotten = 0
	for _, sub in ipairs(redis.call('ZRANGE', key('subs'), 0, -1)) do
		for _, event in ipairs(redis.call('ZRANGE', key('sub', sub, 'dead'), '-inf', now - tonumber(ARGV[8]), 'BYSCORE', 'LIMIT', 0, 100)) do
			redis.call('DEL', key('dead', sub, event))
			redis.call('ZREM', key('sub', sub, 'dead'), event)
			forgotten = forgotten + 1
		end
	end
	return forgotten
end

local gone = cutLog()
countMissed(gone)
local forgotten = forgetDead()
if #gone == 0 and forgotten == 0 then return refuse({ 0 }) end
return finish({ #gone })
