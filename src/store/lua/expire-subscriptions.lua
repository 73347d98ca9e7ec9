-- Ends the subscriptions that nobody renewed.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
--
-- Returns [counter, now, [subscription id …]].
-- @include begin
-- @include deliveries
if replay then return replay end
local ended = redis.call('ZRANGE', key('subs'), '-inf', now, 'BYSCORE', 'LIMIT', 0, 10)
if #ended == 0 then return refuse(ended) end
for _, sub in ipairs(ended) do removeSubscription(sub) end
return finish(ended)
