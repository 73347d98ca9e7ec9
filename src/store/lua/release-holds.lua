-- Ends holds of one account by hand or after a token check.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] account
-- ARGV[6] by      who released it
-- ARGV[7..] kinds; all that stand when none is given
--
-- Returns [counter, now, [incident JSON …]].
-- @include begin
-- @include events
-- @include incidents
if replay then return replay end
local account, by = ARGV[5], ARGV[6]
local kinds = { unpack(ARGV, 7) }
if #kinds == 0 then kinds = redis.call('HKEYS', key('holds', account)) end

local ended = {}
for _, kind in ipairs(kinds) do ended[#ended + 1] = releaseHold(account, kind, by) end
if #ended == 0 then return refuse(ended) end
return finish(ended)
