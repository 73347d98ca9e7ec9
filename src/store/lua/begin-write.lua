-- Lets a call leave that writes at Pinterest and makes no Pin, as the registration of a video: it is counted with the permits to send.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] job id
-- ARGV[6] fence
--
-- Returns [counter, now, [1]], or [counter, now, [0, why]] when it may not leave and nothing was changed.
-- @include begin
-- @include jobs
-- @include sent
if replay then return replay end
local job = readJob(ARGV[5])

if not job or job.fence ~= ARGV[6] then return refuse({ 0, 'lease_lost' }) end
if heldUntil(job.account, '') > now then return refuse({ 0, 'held' }) end

noteSent(job.account)
return finish({ 1 })
