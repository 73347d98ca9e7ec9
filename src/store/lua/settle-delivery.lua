-- Ends one try of a delivery, if the caller still holds the head of the line.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] subscription id
-- ARGV[6] line
-- ARGV[7] token
-- ARGV[8] delivered, postponed or dead
-- ARGV[9] postponed: not before, epoch ms
-- ARGV[10] error
-- ARGV[11] dead: how long it is kept, ms
--
-- Returns [counter, now, [1, or 0 when the line was taken over or is gone]].
-- @include begin
-- @include deliveries
if replay then return replay end
local sub, line, result, failure = ARGV[5], ARGV[6], ARGV[8], ARGV[10]
if redis.call('HGET', key('sub', sub, 'leases'), line) ~= ARGV[7] then return refuse({ 0 }) end
local entry = redis.call('LINDEX', queueOf(sub, line), 0)

local function eventOf()
	local replayed = string.match(entry, '^dead:(.+)$')
	if replayed then return replayed, cjson.decode(redis.call('GET', key('dead', sub, replayed)) or '{}').entry end
	local found = redis.call('XRANGE', key('events'), entry, entry)[1]
	if not found then return nil end
	for i = 1, #found[2], 2 do
		if found[2][i] == 'id' then return found[2][i + 1], found end
	end
	return nil
end

local function bury()
	local id, event = eventOf()
	if not id then return end
	local tries = tonumber(redis.call('HGET', key('sub', sub, 'tries'), line) or 0) + 1
	local dead = cjson.encode({ entry = event, line = line, tries = tries, error = failure, at = now })
	redis.call('SET', key('dead', sub, id), dead, 'PX', ARGV[11])
	redis.call('ZADD', key('sub', sub, 'dead'), now, id)
end

local function wasAccepted()
	local replayed = string.match(entry, '^dead:(.+)$')
	if replayed then
		redis.call('DEL', key('dead', sub, replayed))
		redis.call('ZREM', key('sub', sub, 'dead'), replayed)
	end
	redis.call('HSET', key('sub', sub), 'failingSince', '', 'lastError', '')
end

local function wasRefused()
	if redis.call('HGET', key('sub', sub), 'failingSince') == '' then redis.call('HSET', key('sub', sub), 'failingSince', now) end
	redis.call('HSET', key('sub', sub), 'lastError', failure)
end

if result == 'delivered' then wasAccepted() else wasRefused() end
if result == 'postponed' then
	redis.call('HINCRBY', key('sub', sub, 'tries'), line, 1)
	redis.call('HDEL', key('sub', sub, 'leases'), line)
	redis.call('ZADD', key('sub', sub, 'heads'), ARGV[9], line)
else
	if result == 'dead' then bury() end
	shift(sub, line)
end
refreshDeliveries(sub)
return finish({ 1 })
