-- Opens the hold `no_worker` of every account whose jobs wait and that nobody serves.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] ms after which an account that was not heard of counts as unserved
-- ARGV[6] code
-- ARGV[7] message
--
-- Returns [counter, now, [[incident JSON, event id] …]] of all that stand: an enqueue may have opened one with nobody
-- there to deliver its event, and several ask.
-- @include begin
-- @include events
-- @include incidents
if replay then return replay end
local standing, opened = {}, false
for _, account in ipairs(redis.call('ZRANGE', key('accounts'), '-inf', now - tonumber(ARGV[5]), 'BYSCORE')) do
	local stored = redis.call('HGET', key('holds', account), 'no_worker')
	if stored then
		local incident = cjson.decode(stored)
		standing[#standing + 1] = { incidentNow(incident), incident.event }
	elseif waitingJobs(account) > 0 and firstName(account) == account then
		standing[#standing + 1] = { openHold({ account = account, kind = 'no_worker', endsAt = '', code = ARGV[6], message = ARGV[7] }) }
		opened = true
	end
end
if not opened then return refuse(standing) end
return finish(standing)
