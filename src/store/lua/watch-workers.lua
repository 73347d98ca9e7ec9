-- Opens the hold `no_worker` of every account whose jobs wait and that nobody serves.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] ms after which an account that was not heard of counts as unserved
-- ARGV[6] code
-- ARGV[7] message
--
-- Returns [counter, now, [[incident JSON, event id] …]] of those newly opened.
-- @include begin
-- @include events
-- @include incidents
if replay then return replay end
local opened = {}
for _, account in ipairs(redis.call('ZRANGE', key('accounts'), '-inf', now - tonumber(ARGV[5]), 'BYSCORE')) do
	local stands = redis.call('HEXISTS', key('holds', account), 'no_worker') == 1
	if not stands and waitingJobs(account) > 0 then
		opened[#opened + 1] = { openHold({ account = account, kind = 'no_worker', endsAt = '', code = ARGV[6], message = ARGV[7] }) }
	end
end
if #opened == 0 then return refuse(opened) end
return finish(opened)
