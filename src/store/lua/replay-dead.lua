-- Puts dead deliveries back into their lines.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] subscription id
-- ARGV[6..] event ids; all that are dead when none is given
--
-- Returns [counter, now, [how many]].
-- @include begin
-- @include deliveries
if replay then return replay end
local sub = ARGV[5]
local events = { unpack(ARGV, 6) }
if #events == 0 then events = redis.call('ZRANGE', key('sub', sub, 'dead'), 0, 999) end

local count = 0
for _, event in ipairs(events) do
	local stored = redis.call('GET', key('dead', sub, event))
	-- Out of the list while it is in its line, so that a second call puts it there only once.
	if stored and redis.call('ZREM', key('sub', sub, 'dead'), event) == 1 then
		push(sub, cjson.decode(stored).line, 'dead:' .. event)
		count = count + 1
	end
end
if count == 0 then return refuse({ 0 }) end
refreshDeliveries(sub)
wake('events')
return finish({ count })
