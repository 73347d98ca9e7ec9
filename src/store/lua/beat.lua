-- A worker says that it lives and whom it serves. Only who is registered may send (permitWaitMs of include/runs.lua).
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] worker id
-- ARGV[6] host
-- ARGV[7] ms after which a silent worker is forgotten
-- ARGV[8] ms after which the registration of a silent worker runs out
-- ARGV[9] how many accounts it serves: what is said of them comes in several calls
-- ARGV[10..] four for each account: label, client, pace JSON, publishes that may run at once
--
-- Returns [counter, now, []].
-- @include begin
-- @include events
-- @include incidents
if replay then return replay end
local id, forgetMs, silentMs = ARGV[5], tonumber(ARGV[7]), tonumber(ARGV[8])

for _, gone in ipairs(redis.call('ZRANGE', key('workers'), '-inf', now - forgetMs, 'BYSCORE')) do
	redis.call('DEL', key('worker', gone))
	redis.call('ZREM', key('workers'), gone)
end
redis.call('ZADD', key('workers'), now, id)
-- A registration that ran out begins anew: it was not awaited after a restart meanwhile. So does one from a clock that was set back.
local since, ends = unpack(redis.call('HMGET', key('worker', id), 'since', 'until'))
local isRegistered = since and tonumber(ends) >= now and tonumber(since) <= wall
redis.call('HSET', key('worker', id), 'host', ARGV[6], 'accounts', ARGV[9], 'since', isRegistered and since or wall, 'until', now + silentMs)

for i = 10, #ARGV, 4 do
	local account = firstName(ARGV[i])
	redis.call('ZADD', key('accounts'), now, account)
	redis.call('HSET', key('account', account), 'client', ARGV[i + 1], 'pace', ARGV[i + 2], 'concurrent', ARGV[i + 3])
	releaseHold(account, 'no_worker', 'worker')
end
return finish({})
