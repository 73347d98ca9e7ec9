-- Binds an account's label to a Pinterest user; another user under the same label is refused.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] account
-- ARGV[6] Pinterest user id
-- ARGV[7] username
-- ARGV[8] client
--
-- Returns [counter, now, [1, or 0 when the label is another user's]].
-- @include begin
if replay then return replay end
local bound = redis.call('HGET', key('account', ARGV[5]), 'userId')
if bound and bound ~= ARGV[6] then return refuse({ 0 }) end
redis.call('HSET', key('account', ARGV[5]), 'userId', ARGV[6], 'username', ARGV[7], 'client', ARGV[8])
redis.call('ZADD', key('accounts'), 'NX', 0, ARGV[5])
return finish({ 1 })
