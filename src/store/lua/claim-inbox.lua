-- Claims an event id for a receiver, so that it starts one execution.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] inbox
-- ARGV[6] event id
-- ARGV[7] claimMs
--
-- Returns [counter, now, [kind, token]]: claimed; busy when another receiver holds it; done.
-- @include begin
if replay then return replay end
local slot = key('inbox', ARGV[5], ARGV[6])
local held = redis.call('GET', slot)
if held == 'done' then return refuse({ 'done', '' }) end
if held then return refuse({ 'busy', '' }) end
redis.call('SET', slot, ARGV[1], 'PX', ARGV[7])
return finish({ 'claimed', ARGV[1] })
