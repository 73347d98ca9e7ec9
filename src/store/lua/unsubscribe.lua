-- Ends a subscription with everything that waits for it.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] subscription id
--
-- Returns [counter, now, [1, or 0 when there is no such subscription]].
-- @include begin
-- @include deliveries
if replay then return replay end
if redis.call('EXISTS', key('sub', ARGV[5])) == 0 then return refuse({ 0 }) end
removeSubscription(ARGV[5])
return finish({ 1 })
