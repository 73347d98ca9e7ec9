-- Stops or resumes handing out a subscription's events; meanwhile they stay in the log for it.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] subscription id
-- ARGV[6] '1' to pause, '' to resume
--
-- Returns [counter, now, [1, or 0 when there is no such subscription]].
-- @include begin
-- @include deliveries
if replay then return replay end
local sub = ARGV[5]
if redis.call('EXISTS', key('sub', sub)) == 0 then return refuse({ 0 }) end
redis.call('HSET', key('sub', sub), 'paused', ARGV[6])
if ARGV[6] == '' then beginAnew(sub) end
refreshDeliveries(sub)
wake('events')
return finish({ 1 })
