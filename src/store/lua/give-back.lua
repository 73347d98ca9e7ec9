-- Puts jobs back that were not sent: an attempt that did not happen leaves no event and does not count.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5..] two for each job: id, fence
--
-- Returns [counter, now, [1 or 0 …]]; 0 when the fence moved on or a permit had been given.
-- @include begin
-- @include jobs
if replay then return replay end

local function giveBack(id, fence)
	local job = readJob(id)
	if not job or job.fence ~= fence or job.sendBy ~= '' then return 0 end
	local before = copyOf(job)
	endLease(job, 0)
	if job.state == 'running' then
		freeLink(job)
		leaveState(job)
		job.state, job.phase, job.started, job.n = 'queued', '', '', textOf(job.n - 1)
		enterState(job)
	end
	job.fence, job.leaseEnd, job.look = '', '', ''
	file(job)
	writeFields(job, before)
	return 1
end

local answers, changed = {}, false
for i = 5, #ARGV, 2 do
	local given = giveBack(ARGV[i], ARGV[i + 1])
	changed = changed or given == 1
	answers[#answers + 1] = given
end
if not changed then return refuse(answers) end
refreshLanes()
return finish(answers)
