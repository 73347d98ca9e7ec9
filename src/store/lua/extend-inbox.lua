-- Keeps a claim of an event: whoever took it is still at work.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] inbox
-- ARGV[6] event id
-- ARGV[7] token
-- ARGV[8] claimMs
--
-- Returns [counter, now, [1, or 0 when the claim is another's or was confirmed]].
-- @include begin
if replay then return replay end
local slot = key('inbox', ARGV[5], ARGV[6])
local held = redis.call('GET', slot)
-- One that ran out and that nobody took since is still good.
if held and held ~= ARGV[7] then return refuse({ 0 }) end
redis.call('SET', slot, ARGV[7], 'PX', ARGV[8])
return finish({ 1 })
