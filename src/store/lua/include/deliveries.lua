-- What is on its way to a subscription.
--
-- sub:<id>            HASH    definition, expiresAt, paused, disabledAt, cursor, waiting, missed, failingSince, lastError
-- sub:<id>:heads      ZSET    line by when its first event may be tried; a line under way stands at the end of its lease
-- sub:<id>:q:<line>   LIST    of events waiting in the line: id in the log, or dead:<event id> when it is replayed
-- sub:<id>:tries      HASH    line → tries of its first event
-- sub:<id>:leases     HASH    line → token of the dispatcher that tries it
-- sub:<id>:dead       ZSET    event id of a dead delivery by when it was given up
-- sub:<id>:log        LIST    JSON of its latest tries, the last one first
-- dead:<id>:<event>   STRING  JSON of a dead delivery
-- deliveries          ZSET    subscription by its earliest head
local function queueOf(sub, line)
	return key('sub', sub, 'q', line)
end

-- Of an event as the log gives it.
local function idOf(found)
	for i = 1, #found[2], 2 do
		if found[2][i] == 'id' then return found[2][i + 1] end
	end
end

local function refreshDeliveries(sub)
	local first = redis.call('ZRANGE', key('sub', sub, 'heads'), 0, 0, 'WITHSCORES')[2]
	if not first or redis.call('HGET', key('sub', sub), 'paused') == '1' then
		return redis.call('ZREM', key('deliveries'), sub)
	end
	redis.call('ZADD', key('deliveries'), first, sub)
end

-- Somebody has looked, or who takes the events has started: it gets its days anew, and what was put off is tried now, by the schedule
-- from its beginning.
local function beginAnew(sub)
	redis.call('HSET', key('sub', sub), 'disabledAt', '', 'failingSince', '')
	for _, line in ipairs(redis.call('HKEYS', key('sub', sub, 'tries'))) do
		if redis.call('HEXISTS', key('sub', sub, 'leases'), line) == 0 then
			redis.call('HDEL', key('sub', sub, 'tries'), line)
			redis.call('ZADD', key('sub', sub, 'heads'), now, line)
		end
	end
end

-- Puts an event at the end of its line.
local function push(sub, line, entry)
	redis.call('RPUSH', queueOf(sub, line), entry)
	redis.call('ZADD', key('sub', sub, 'heads'), 'NX', now, line)
	redis.call('HINCRBY', key('sub', sub), 'waiting', 1)
end

-- The first event of a line is done with; the next one may be tried at once.
local function shift(sub, line)
	redis.call('LPOP', queueOf(sub, line))
	redis.call('HINCRBY', key('sub', sub), 'waiting', -1)
	redis.call('HDEL', key('sub', sub, 'tries'), line)
	redis.call('HDEL', key('sub', sub, 'leases'), line)
	if redis.call('EXISTS', queueOf(sub, line)) == 1 then
		redis.call('ZADD', key('sub', sub, 'heads'), now, line)
	else
		redis.call('ZREM', key('sub', sub, 'heads'), line)
	end
end

local function removeSubscription(sub)
	for _, line in ipairs(redis.call('ZRANGE', key('sub', sub, 'heads'), 0, -1)) do redis.call('DEL', queueOf(sub, line)) end
	for _, event in ipairs(redis.call('ZRANGE', key('sub', sub, 'dead'), 0, -1)) do redis.call('DEL', key('dead', sub, event)) end
	for _, part in ipairs({ 'heads', 'tries', 'leases', 'dead', 'log' }) do redis.call('DEL', key('sub', sub, part)) end
	redis.call('DEL', key('sub', sub))
	redis.call('ZREM', key('subs'), sub)
	redis.call('ZREM', key('deliveries'), sub)
end
