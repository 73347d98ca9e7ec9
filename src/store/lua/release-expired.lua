-- Ends the holds whose time is over.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
--
-- Returns [counter, now, [incident JSON …]].
-- @include begin
-- @include events
-- @include incidents
if replay then return replay end
local ended = {}
for _, member in ipairs(redis.call('ZRANGE', key('holds'), '-inf', now, 'BYSCORE', 'LIMIT', 0, 100)) do
	local kind, account = string.match(member, '^([^:]+):(.+)$')
	ended[#ended + 1] = releaseHold(account, kind, 'time')
end
if #ended == 0 then return refuse(ended) end
return finish(ended)
