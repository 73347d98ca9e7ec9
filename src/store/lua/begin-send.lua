-- Gives the permit to send: from here on the Pin may exist, whatever happens to the caller.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] job id
-- ARGV[6] fence
-- ARGV[7] revision that the caller is about to send
-- ARGV[8] budget  ms within which the request leaves and is answered
-- ARGV[9] worker id
--
-- Returns [counter, now, [sendBy]], or [counter, now, ['', why]] when nothing may be sent and nothing was changed.
-- @include begin
-- @include jobs
-- @include sent
if replay then return replay end
local job, fence, budgetMs = readJob(ARGV[5]), ARGV[6], tonumber(ARGV[8])

if not job or job.fence ~= fence or job.state ~= 'running' then return refuse({ '', 'lease_lost' }) end
if job.sendBy ~= '' then return refuse({ '', 'given' }) end
if job.rev ~= ARGV[7] then return refuse({ '', 'revised' }) end
-- A request that outlives its lease could meet the next owner's.
if now + budgetMs > tonumber(job.leaseEnd) then return refuse({ '', 'no_room' }) end
if heldUntil(job.account, '') > now then return refuse({ '', 'held' }) end
-- A lost permit must not go unnoticed (runs.lua); after a restart it is soon known whether one was.
if permitWaitMs(ARGV[9]) > 0 then return refuse({ '', 'unregistered' }) end
if pendingMs() > 0 then return refuse({ '', 'pending' }) end
-- Redis forgot something after the claim: the caller has not looked yet.
if lookUntil() > now and job.look ~= '1' then return refuse({ '', 'look_first' }) end

local sendBy = now + budgetMs
redis.call('HSET', key('job', job.id), 'sendBy', sendBy)
standOnBoard(job, 'sending')
noteSent(job.account)
return finish({ sendBy })
