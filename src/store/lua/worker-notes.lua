-- What a worker adds to its beat: how its clock stands to Pinterest's, how it paces the app, and which of its accounts never send
-- again by machine.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] worker id
-- ARGV[6] ms by which the store's clock is ahead of Pinterest's, '' when unknown
-- ARGV[7] ms for which the word of a worker on its accounts holds
-- ARGV[8] pace of the app JSON, '' when it sets none
-- ARGV[9..] the accounts that never send again by machine
--
-- Returns [counter, now, []].
-- @include begin
-- @include names
if replay then return replay end
-- A worker that has retired meanwhile is not made anew.
if redis.call('EXISTS', key('worker', ARGV[5])) == 1 then redis.call('HSET', key('worker', ARGV[5]), 'skew', ARGV[6], 'appPace', ARGV[8]) end
for i = 9, #ARGV do redis.call('HSET', key('account', firstName(ARGV[i])), 'carefulUntil', now + tonumber(ARGV[7])) end
return finish({})
