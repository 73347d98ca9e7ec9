-- Forgets a double Pin that ops has dealt with.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] job id
--
-- Returns [counter, now, [1 or 0]].
-- @include begin
if replay then return replay end
if redis.call('HEXISTS', key('doubles'), ARGV[5]) == 0 then return refuse({ 0 }) end
redis.call('HDEL', key('doubles'), ARGV[5])
return finish({ 1 })
