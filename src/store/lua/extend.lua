-- Moves the ends of leases, in one call for all jobs of a worker.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] leaseMs
-- ARGV[6..] two for each lease: job id, fence
--
-- Returns [counter, now, [id …]] of the leases whose fence moved on.
-- @include begin
if replay then return replay end
local leaseEnd, lost = now + tonumber(ARGV[5]), {}
for i = 6, #ARGV, 2 do
	local id = ARGV[i]
	if redis.call('HGET', key('job', id), 'fence') ~= ARGV[i + 1] then
		lost[#lost + 1] = id
	else
		redis.call('HSET', key('job', id), 'leaseEnd', leaseEnd)
		redis.call('ZADD', key('leases'), leaseEnd, id)
	end
end
return finish(lost)
