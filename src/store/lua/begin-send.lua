-- Gives permits to send: from here on the Pin may exist, whatever happens to the caller.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] worker id
-- ARGV[6..] five for each job: its id, its fence, the revision that is about to be sent, the ms within which the request leaves and is
--   answered, and the natural key of its Pin
--
-- Returns [counter, now, [[sendBy], or ['', why] when nothing of the job may be sent and nothing of it was changed …]].
-- @include begin
-- @include jobs
-- @include sent
if replay then return replay end

local function refusalOf(job, fence, revision, budgetMs)
	if not job or job.fence ~= fence or job.state ~= 'running' then return 'lease_lost' end
	if job.sendBy ~= '' then return 'given' end
	if job.rev ~= revision then return 'revised' end
	-- A request that outlives its lease could meet the next owner's.
	if now + budgetMs > tonumber(job.leaseEnd) then return 'no_room' end
	if heldUntil(job.account, '') > now then return 'held' end
	-- A lost permit must not go unnoticed (runs.lua); after a restart it is soon known whether one was.
	if permitWaitMs(ARGV[5]) > 0 then return 'unregistered' end
	if pendingMs() > 0 then return 'pending' end
	-- Redis forgot something after the claim: the caller has not looked yet.
	if lookUntil() > now and job.look ~= '1' then return 'look_first' end
	return nil
end

local NEEDED = { 'state', 'fence', 'sendBy', 'rev', 'leaseEnd', 'account', 'board', 'look' }

local function permit(id, fence, revision, budgetMs, nat)
	local job = readSome(id, NEEDED)
	local why = refusalOf(job, fence, revision, budgetMs)
	if why then return { '', why } end
	local sendBy = now + budgetMs
	job.nat = nat
	redis.call('HSET', key('job', job.id), 'sendBy', textOf(sendBy))
	standOnBoard(job, 'sending')
	noteSent(job.account)
	return { sendBy }
end

local answers, given = {}, false
for i = 6, #ARGV, 5 do
	local answer = permit(ARGV[i], ARGV[i + 1], ARGV[i + 2], tonumber(ARGV[i + 3]), ARGV[i + 4])
	given = given or answer[1] ~= ''
	answers[#answers + 1] = answer
end
if not given then return refuse(answers) end
return finish(answers)
