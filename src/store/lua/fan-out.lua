-- Hands events to a subscription, if it still stands where the caller read: so that two callers hand out nothing twice.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] subscription id
-- ARGV[6] the cursor the caller read from
-- ARGV[7] the cursor after the last event it read
-- ARGV[8..] two for each event that is wanted: its line, its id in the log
--
-- Returns [counter, now, [1, or 0 when the cursor moved or the subscription is paused or gone]].
-- @include begin
-- @include deliveries
if replay then return replay end
local sub = ARGV[5]
local stands = redis.call('HMGET', key('sub', sub), 'cursor', 'paused')
if stands[1] ~= ARGV[6] or stands[2] == '1' then return refuse({ 0 }) end

for i = 8, #ARGV, 2 do push(sub, ARGV[i], ARGV[i + 1]) end
redis.call('HSET', key('sub', sub), 'cursor', ARGV[7])
refreshDeliveries(sub)
if #ARGV > 7 then wake('events') end
return finish({ 1 })
