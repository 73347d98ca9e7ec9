-- Puts events at the end of their lines once more: dead deliveries, and such as are still in the log.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] subscription id
-- ARGV[6..] two for each: its line, and its id in the log or dead:<event id>
--
-- Returns [counter, now, [how many]].
-- @include begin
-- @include deliveries
if replay then return replay end
local sub = ARGV[5]

local function stands(line, entry)
	return redis.call('LPOS', queueOf(sub, line), entry)
end

-- What is gone, or stands in its line already, is left out: a second call puts nothing there twice.
local function isThere(line, entry)
	local event = string.match(entry, '^dead:(.+)$')
	if event then return redis.call('EXISTS', key('dead', sub, event)) == 1 and redis.call('ZREM', key('sub', sub, 'dead'), event) == 1 end
	local found = redis.call('XRANGE', key('events'), entry, entry)[1]
	return found and not stands(line, entry) and not stands(line, 'dead:' .. idOf(found))
end

local count = 0
if redis.call('EXISTS', key('sub', sub)) == 1 then
	for i = 6, #ARGV, 2 do
		if isThere(ARGV[i], ARGV[i + 1]) then
			push(sub, ARGV[i], ARGV[i + 1])
			count = count + 1
		end
	end
end
if count == 0 then return refuse({ 0 }) end
refreshDeliveries(sub)
wake('events')
return finish({ count })
