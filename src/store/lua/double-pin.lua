-- Records that a job has a second Pin, for ops: it can only be deleted by hand.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] job id
-- ARGV[6] account
-- ARGV[7] the second Pin
-- ARGV[8] the record, JSON; also what the event tells
-- ARGV[9] how long the owner of the second Pin is kept, ms
--
-- Returns [counter, now, [1 when it was not known, else 0, the job that loses the second Pin or '']].
-- @include begin
-- @include events
-- @include pins
if replay then return replay end
local second = { id = ARGV[5], pin = ARGV[7], pinBy = 'answer' }
if redis.call('GET', key('pin', second.pin)) == 'answer:' .. second.id then return refuse({ 0, '' }) end
-- Whoever adopted it by looking has to look again: two jobs would count one Pin.
local displaced = ownPin(second)
redis.call('PEXPIRE', key('pin', second.pin), ARGV[9])
redis.call('HSET', key('doubles'), ARGV[5], ARGV[8])
writeAccountEvent('failure_group.opened', ARGV[6], 'double_pin:' .. ARGV[7], ARGV[8])
return finish({ 1, displaced })
