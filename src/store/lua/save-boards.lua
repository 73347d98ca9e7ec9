-- Keeps the boards a worker read, for the lists of the nodes.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] account
-- ARGV[6] boards, JSON
-- ARGV[7] 1 when the sections of all of them were read anew
--
-- Returns [counter, now, []].
-- @include begin
-- @include names
if replay then return replay end
local account = firstName(ARGV[5])
redis.call('HSET', key('account', account), 'boards', ARGV[6], 'boardsAt', now)
if ARGV[7] == '1' then redis.call('HSET', key('account', account), 'sectionsAt', now) end
redis.call('ZADD', key('accounts'), 'NX', 0, account)
return finish({})
