-- Asks the workers of an account to check its token now.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] account
--
-- Returns [counter, now, []].
-- @include begin
if replay then return replay end
redis.call('SADD', key('checks'), ARGV[5])
wake('check ' .. ARGV[5])
return finish({})
