-- Puts right by when waiting jobs must end: of those that wait as it is told, of others (a worker of an earlier build moves jobs
-- without their deadline) not at all.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5..] two for each job: id, epoch ms or '' to leave that of one that waits
--
-- Returns [counter, now, []].
-- @include begin
-- @include jobs
if replay then return replay end

local function putRight(id, ends)
	local job = readJob(id)
	local waits = job and job.fence == '' and hasDeadline(job)
	if not waits then return redis.call('ZREM', key('deadlines'), id) end
	if ends == '' then return end
	redis.call('HSET', key('job', id), 'ends', ends)
	redis.call('ZADD', key('deadlines'), ends, id)
end

for i = 5, #ARGV, 2 do putRight(ARGV[i], ARGV[i + 1]) end
return finish({})
