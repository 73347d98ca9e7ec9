-- Creates or renews a subscription. A new one begins with the next event; a renewed one keeps its place.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] subscription id
-- ARGV[6] definition, JSON
-- ARGV[7] ttlMs
-- ARGV[8] '1' when it is paused
-- ARGV[9] '1' when it begins anew: who takes the events has started, or somebody has looked
--
-- Returns [counter, now, [1 when it is new, else 0]].
-- @include begin
-- @include deliveries
if replay then return replay end
local sub = ARGV[5]
local expiresAt = now + tonumber(ARGV[7])
local new = redis.call('EXISTS', key('sub', sub)) == 0

local isDisabled = (redis.call('HGET', key('sub', sub), 'disabledAt') or '') ~= '' and ARGV[9] == ''
redis.call('HSET', key('sub', sub), 'definition', ARGV[6], 'expiresAt', expiresAt, 'paused', isDisabled and '1' or ARGV[8])
if ARGV[9] == '1' then beginAnew(sub) end
if new then
	local last = redis.call('XREVRANGE', key('events'), '+', '-', 'COUNT', 1)[1]
	redis.call('HSET', key('sub', sub), 'cursor', last and last[1] or '0-0', 'waiting', 0, 'missed', 0, 'failingSince', '', 'lastError', '')
end
redis.call('ZADD', key('subs'), expiresAt, sub)
refreshDeliveries(sub)
wake('events')
return finish({ new and 1 or 0 })
