-- A worker says that it lives and whom it serves.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] worker id
-- ARGV[6] host
-- ARGV[7] ms after which a silent worker is forgotten
-- ARGV[8..] four for each account: label, client, pace JSON, publishes that may run at once
--
-- Returns [counter, now, []].
-- @include begin
-- @include events
-- @include incidents
if replay then return replay end
local id, forgetMs = ARGV[5], tonumber(ARGV[7])

for _, gone in ipairs(redis.call('ZRANGE', key('workers'), '-inf', now - forgetMs, 'BYSCORE')) do
	redis.call('DEL', key('worker', gone))
	redis.call('ZREM', key('workers'), gone)
end
redis.call('ZADD', key('workers'), now, id)
redis.call('HSET', key('worker', id), 'host', ARGV[6], 'accounts', (#ARGV - 7) / 4)

for i = 8, #ARGV, 4 do
	local account = firstName(ARGV[i])
	redis.call('ZADD', key('accounts'), now, account)
	redis.call('HSET', key('account', account), 'client', ARGV[i + 1], 'pace', ARGV[i + 2], 'concurrent', ARGV[i + 3])
	releaseHold(account, 'no_worker', 'worker')
end
return finish({})
