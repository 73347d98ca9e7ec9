-- Keeps the boards a worker read, for the lists of the nodes.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] account
-- ARGV[6] boards, JSON
--
-- Returns [counter, now, []].
-- @include begin
if replay then return replay end
redis.call('HSET', key('account', ARGV[5]), 'boards', ARGV[6], 'boardsAt', now)
redis.call('ZADD', key('accounts'), 'NX', 0, ARGV[5])
return finish({})
