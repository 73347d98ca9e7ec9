-- Keeps what is known of an account's limits, for all workers and the next ones.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] account
-- ARGV[6] limits, JSON
--
-- Returns [counter, now, []].
-- @include begin
-- @include names
if replay then return replay end
redis.call('HSET', key('account', firstName(ARGV[5])), 'limits', ARGV[6])
return finish({})
