-- Ends one try of a delivery, if the caller still holds the head of the line.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] subscription id
-- ARGV[6] line
-- ARGV[7] token
-- ARGV[8] delivered, skipped, postponed or dead
-- ARGV[9] postponed: not before, epoch ms
-- ARGV[10] error
-- ARGV[11] dead: how long it is kept, ms
-- ARGV[12] what is logged of the try, JSON; '' for nothing
-- ARGV[13] how many tries are logged
-- ARGV[14] ms of nothing but failures after which the subscription is disabled
-- ARGV[15] what is told then, JSON; '' never disables
--
-- Returns [counter, now, [1, or 0 when the line was taken over or is gone]].
-- @include begin
-- @include deliveries
-- @include events
if replay then return replay end
local sub, line, result, failure = ARGV[5], ARGV[6], ARGV[8], ARGV[10]
if redis.call('HGET', key('sub', sub, 'leases'), line) ~= ARGV[7] then return refuse({ 0 }) end
local entry = redis.call('LINDEX', queueOf(sub, line), 0)

local function eventOf()
	local replayed = string.match(entry, '^dead:(.+)$')
	if replayed then return replayed, cjson.decode(redis.call('GET', key('dead', sub, replayed)) or '{}').entry end
	local found = redis.call('XRANGE', key('events'), entry, entry)[1]
	if not found then return nil end
	return idOf(found), found
end

local function bury()
	local id, event = eventOf()
	if not id then return end
	local tries = tonumber(redis.call('HGET', key('sub', sub, 'tries'), line) or 0) + 1
	local dead = cjson.encode({ entry = event, line = line, tries = tries, error = failure, at = now })
	redis.call('SET', key('dead', sub, id), dead, 'PX', ARGV[11])
	redis.call('ZADD', key('sub', sub, 'dead'), now, id)
end

local function isDoneWith()
	local replayed = string.match(entry, '^dead:(.+)$')
	if not replayed then return end
	redis.call('DEL', key('dead', sub, replayed))
	redis.call('ZREM', key('sub', sub, 'dead'), replayed)
end

local function wasAccepted()
	isDoneWith()
	redis.call('HSET', key('sub', sub), 'failingSince', '', 'lastError', '')
end

local function wasRefused()
	if redis.call('HGET', key('sub', sub), 'failingSince') == '' then redis.call('HSET', key('sub', sub), 'failingSince', now) end
	redis.call('HSET', key('sub', sub), 'lastError', failure)
end

-- Failures alone for days, this one the last of them: who reads the incident has to look.
local function disableIfHopeless()
	local since, paused = unpack(redis.call('HMGET', key('sub', sub), 'failingSince', 'paused'))
	if ARGV[15] == '' or paused == '1' or now - tonumber(since) < tonumber(ARGV[14]) then return end
	redis.call('HSET', key('sub', sub), 'paused', '1', 'disabledAt', now)
	writeAccountEvent('failure_group.opened', '@app', 'subscription_disabled:' .. sub, ARGV[15])
end

if result == 'delivered' then wasAccepted() elseif result == 'skipped' then isDoneWith() else wasRefused() disableIfHopeless() end
if ARGV[12] ~= '' then
	redis.call('LPUSH', key('sub', sub, 'log'), ARGV[12])
	redis.call('LTRIM', key('sub', sub, 'log'), 0, tonumber(ARGV[13]) - 1)
end
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
