-- Greets a namespace after each (re)connect, and hears whether the caller finds all it was told before a restart (include/runs.lua).
--
-- KEYS[1] meta    HASH    version, amnestyAt, and what include/runs.lua keeps there
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] version of the records this caller writes
-- ARGV[6] how often the server syncs its append-only file: always, everysec, no; '' when it does not tell
-- ARGV[7] ms: nobody wrote for longer than this means that Redis was away from all
-- ARGV[8] run id that this caller greeted before, '' at its first time
-- ARGV[9] worker id
--
-- Returns [counter, now, [every send is preceded by a look until ms or 0, run id, 1 when a suspicion was lifted]]; the error
-- NEWER when a newer version wrote here.
-- @include begin
if replay then return replay end
local version, fsync, awayMs, greeted, worker = tonumber(ARGV[5]), ARGV[6], tonumber(ARGV[7]), ARGV[8], ARGV[9]
local known = tonumber(redis.call('HGET', KEYS[1], 'version') or 0)
if known > version then return { err = 'NEWER this namespace was written by version ' .. known } end

-- What a later run began with tells more than the counter of now: others may have written on after the loss.
local function isMissingSome()
	local runs = latestRuns()
	for i = #runs, 1, -1 do
		if runs[i].id == greeted then return false end
		if runs[i].began < told then return true end
	end
	-- So many runs ago, or in one that was forgotten as well, that nobody can say.
	return true
end

-- The caller found all it was told, so no permit of its own is lost. True when it was the last who might hold one.
local function tickOff()
	local rest = {}
	for _, one in ipairs(awaitedWorkers()) do if one ~= worker then rest[#rest + 1] = one end end
	if #rest == #awaitedWorkers() then return false end
	setAwaited(rest)
	-- This restart took back no permit; an earlier loss may stand.
	if #rest == 0 and quarantineUntil <= now then cutAt, isFresh = cutBefore, freshBefore end
	return #rest == 0
end

local isLifted = false
if greeted ~= '' and greeted ~= runId then
	if isMissingSome() then rollBack() else isLifted = tickOff() end
end
-- Who waits for the end of the suspicion looks again.
if isLifted then wake('work publish ' .. now .. ' @app') end

-- Owners could not prolong their leases while Redis was away: they get the time of one lease to do so.
if told > 0 and now - tonumber(meta[2] or now) > awayMs then redis.call('HSET', KEYS[1], 'amnestyAt', now) end

-- Hosted servers that do not tell sync every second, if they write the file at all.
local function durability()
	if not isOnAppendOnlyFile() or fsync == 'no' then return 'none' end
	if fsync == '' and lastRun == runId and durabilityOf(runId) == 'always' then return 'always' end
	return fsync == 'always' and 'always' or 'everysec'
end
redis.call('HSET', KEYS[1], 'version', version, 'durability', runId .. ':' .. durability())
return finish({ lookUntil() > now and lookUntil() or 0, runId, isLifted and 1 or 0 })
