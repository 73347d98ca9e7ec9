-- Ends a claim: the event was taken, or it was not and the next delivery may.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] inbox
-- ARGV[6] event id
-- ARGV[7] token
-- ARGV[8] doneMs, or '' to release
--
-- Returns [counter, now, [1, or 0 when the claim had run out]].
-- @include begin
if replay then return replay end
local slot = key('inbox', ARGV[5], ARGV[6])
local held = redis.call('GET', slot)
-- A claim that ran out and that nobody took since is still good: the execution has begun.
local mine = held == ARGV[7] or (not held and ARGV[8] ~= '')
if not mine then return refuse({ 0 }) end
if ARGV[8] == '' then redis.call('DEL', slot) else redis.call('SET', slot, 'done', 'PX', ARGV[8]) end
return finish({ 1 })
