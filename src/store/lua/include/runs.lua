-- Notices that this server is another run than the one that wrote here last, and what may have been lost with that one.
--
-- What a power cut takes back is the tail of what was written, and it harms only by permits: a job whose permit is gone stands as
-- if nothing had left, and is sent a second time. So after a restart every send is preceded by a look until each worker that
-- may hold such a permit has come back and found all it was told; then the suspicion is lifted. Why that is enough:
--  1. A permit is sent on only once its answer arrived, so whoever sent was told a counter beyond what is left, and says so
--     when it greets (attach.lua): a rollback. Somebody else who lost nothing (another worker, an n8n that enqueues) knows nothing.
--  2. Whoever may send is registered on disk before its first permit (permitWaitMs), so it is among `workers` as they come back.
--     One whose registration had run out by the last write that is left had to register anew and wait before another permit.
--  3. A job is not claimed before its enqueue and its last correction are on disk and on the replicas (onDiskAt), so it stands in what
--     is left as it was when it was sent: whoever enqueues it again, be it tomorrow, finds it, and only what was due at the cut may
--     have been sent.
--  4. What is forgotten or retired after the restart stays in `awaited`; a worker that never returns keeps the suspicion standing.
-- Never lifted: without an append-only file synced every second; on a replica that took over, which may lack what its master had
-- synced; and with nobody awaited: then no permit can just have been lost, but nobody vouches that this is not a backup.
-- Never suspected: when every write was synced.
--
-- meta     runs             the latest runs, each with the counter it began with: run:counter,run:counter
--          durability       of the run greeted last, as run:always, run:everysec or run:none
--          persistedAt      of what was written after this, nothing may be left
--          cutAt            what was due before this and waits since then may have been sent on a permit that is lost
--          cutBefore        the same of the restart before, should this one prove to have taken back nothing
--          isFresh          1 when permits may have been lost with it: one look may not show the Pin yet, or no more
--          freshBefore      the same of cutBefore
--          quarantineUntil  acknowledged writes are gone, or nobody will be able to tell: it stands to its end
--          suspectUntil     ends before its time when nobody is awaited any more
--          pendingUntil     until then, on the clock of Redis itself, nothing is sent: whoever lives is back by then
-- awaited  SET  workers that may hold a permit that was lost
local MOST_RUNS = 10
local PENDING_MS = 2500 -- a connection is tried again every second
local ON_DISK_MS = 2000 -- the most that `everysec` may take back, and that a replica may lag
local NO_RIGHT_YET_MS = 500

local standing = redis.call('HMGET', KEYS[1], 'quarantineUntil', 'suspectUntil', 'pendingUntil', 'runs', 'durability', 'cutAt', 'cutBefore', 'isFresh', 'freshBefore')
local quarantineUntil, suspectUntil, pendingUntil = tonumber(standing[1] or 0), tonumber(standing[2] or 0), tonumber(standing[3] or 0)

-- Asked here and not by the caller: on a Cluster only this is sure to be the node that holds the namespace.
local function infoOf(section, field)
	local info = redis.pcall('INFO', section)
	if type(info) ~= 'string' then return '' end
	-- A pattern is looked for some four microseconds longer, in every script.
	local _, at = string.find(info, '\n' .. field .. ':', 1, true)
	return at and string.match(info, '^[^\r\n]*', at + 1) or ''
end

local function isMember(list, wanted)
	for _, one in ipairs(list) do if one == wanted then return true end end
	return false
end

local runId = infoOf('server', 'run_id')
local lastRun = string.match(standing[4] or '', '(%w*):%d+$')
local isNewRun = lastRun ~= runId
local wasLookingUntil = math.max(quarantineUntil, suspectUntil)
local cutAt, cutBefore = tonumber(standing[6] or 0), tonumber(standing[7] or 0)
local isFresh, freshBefore = standing[8] == '1', standing[9] == '1'
local awaited, isAwaitedChanged = nil, false
-- Registrations that were not yet sure to be on disk when the former run ended.
local young = {}

local function durabilityOf(run)
	return string.match(standing[5] or '', '^' .. run .. ':(%w+)$') or 'none'
end

local function isOnAppendOnlyFile()
	return infoOf('persistence', 'aof_enabled') == '1'
end

local function tookOver()
	return infoOf('replication', 'role') ~= 'master' or infoOf('replication', 'second_repl_offset') ~= '-1'
end

local function awaitedWorkers()
	awaited = awaited or (suspectUntil > now and redis.call('SMEMBERS', key('awaited'))) or {}
	return awaited
end

local function setAwaited(workers)
	awaited, isAwaitedChanged = workers, true
	if #workers == 0 then suspectUntil, pendingUntil = 0, 0 end
end

-- Every send is preceded by a look until then.
local function lookUntil()
	return math.max(quarantineUntil, suspectUntil)
end

-- Of those that are left: who was registered when the last of it was written, and who is awaited since an earlier restart.
local function mayHaveSent()
	local found, writtenAt = awaitedWorkers(), tonumber(meta[2] or 0)
	for _, worker in ipairs(redis.call('ZRANGE', key('workers'), 0, -1)) do
		local since, ends = unpack(redis.call('HMGET', key('worker', worker), 'since', 'until'))
		if tonumber(ends or writtenAt) >= writtenAt and not isMember(found, worker) then found[#found + 1] = worker end
		if tonumber(since or writtenAt) > writtenAt - ON_DISK_MS then young[#young + 1] = worker end
	end
	return found
end

local function suspectRestart()
	local durability = durabilityOf(lastRun)
	local isWhole = isOnAppendOnlyFile() and not tookOver()
	if isWhole and durability == 'always' then return end
	local witnesses = mayHaveSent()
	local isKept = isWhole and durability == 'everysec'
	setAwaited(isKept and witnesses or {})
	if suspectUntil <= now then cutBefore, freshBefore = cutAt, isFresh end
	cutAt, isFresh = now, (isFresh and wasLookingUntil > now) or not isKept or #awaited > 0
	if #awaited > 0 then suspectUntil, pendingUntil = now + horizonMs, wall + PENDING_MS
	else quarantineUntil = math.max(quarantineUntil, now + horizonMs) end
end
if lastRun and isNewRun then suspectRestart() end

-- The latest runs, this one among them, each { id, began }.
local function latestRuns()
	local runs = {}
	for id, began in string.gmatch(standing[4] or '', '(%w*):(%d+)') do runs[#runs + 1] = { id = id, began = tonumber(began) } end
	if isNewRun then runs[#runs + 1] = { id = runId, began = counter } end
	if #runs > MOST_RUNS then table.remove(runs, 1) end
	return runs
end

local function writeRun()
	local written = {}
	for _, run in ipairs(latestRuns()) do written[#written + 1] = run.id .. ':' .. run.began end
	redis.call('HSET', KEYS[1], 'runs', table.concat(written, ','))
	for _, worker in ipairs(young) do redis.call('HSET', key('worker', worker), 'since', wall) end
	-- While an earlier loss is looked for, what was left then says where to begin.
	if wasLookingUntil <= now then redis.call('HSET', KEYS[1], 'persistedAt', meta[2] or 0) end
end

local function writeStanding()
	redis.call('HSET', KEYS[1], 'quarantineUntil', quarantineUntil, 'suspectUntil', suspectUntil, 'pendingUntil', pendingUntil)
	redis.call('HSET', KEYS[1], 'cutAt', cutAt, 'cutBefore', cutBefore, 'isFresh', isFresh and 1 or 0, 'freshBefore', freshBefore and 1 or 0)
	if not isAwaitedChanged then return end
	redis.call('DEL', key('awaited'))
	for _, worker in ipairs(awaited) do redis.call('SADD', key('awaited'), worker) end
end

-- Whether the job may have been sent on a permit that is lost: it was due at the cut, and nobody has looked for its Pin yet.
local function mayHaveLeft(job)
	return tonumber(job.created) <= cutAt and tonumber(job.due) <= cutAt
end

-- What is synced at once is still lost in a failover to a replica that lags.
local mayBeTakenBack
local function canBeTakenBack()
	if mayBeTakenBack == nil then mayBeTakenBack = durabilityOf(runId) == 'everysec' or infoOf('replication', 'connected_slaves') ~= '0' end
	return mayBeTakenBack
end

-- When a job that is written now may be claimed: not while a power cut or a failover could take it back together with its permit.
local function onDiskAt(due)
	return canBeTakenBack() and textOf(math.max(tonumber(due), now + ON_DISK_MS)) or due
end

-- How long nothing may be sent since workers may still come back, ms.
local function pendingMs()
	local left = pendingUntil - wall
	-- More is left only when the clock was set back meanwhile.
	local isPending = suspectUntil > now and quarantineUntil <= now and left > 0 and left <= PENDING_MS
	return isPending and left or 0
end

-- How long this worker may be given no permit, ms: without a registration that is sure to be on disk, a lost permit could not be missed.
local registrations = {}
local function permitWaitMs(worker)
	if durabilityOf(runId) == 'always' then return 0 end
	registrations[worker] = registrations[worker] or redis.call('HMGET', key('worker', worker), 'since', 'until')
	local since, ends = unpack(registrations[worker])
	if not since or now > tonumber(ends) then return NO_RIGHT_YET_MS end
	local age = wall - tonumber(since)
	-- A clock that was set back says nothing of the age; the next beat counts anew.
	return age < 0 and NO_RIGHT_YET_MS or math.max(0, ON_DISK_MS - age)
end
