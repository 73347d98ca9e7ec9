-- A worker stops in order: it is no longer counted, and may send no more. Its accounts are unserved once nobody beat for them
-- for a while. It was greeted on its way here: if it was awaited after a restart, it has said what it found (attach.lua).
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] worker id
--
-- Returns [counter, now, []].
-- @include begin
if replay then return replay end
redis.call('DEL', key('worker', ARGV[5]))
redis.call('ZREM', key('workers'), ARGV[5])
return finish({})
