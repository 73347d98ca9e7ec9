-- Leases due jobs, each claim those of one account. Publish: one a board, in turn. Look: all in doubt on the board that waits the longest, also
-- those whose own look is not due yet: one reading of the board serves all of them. Upload and media: the steps of a video, to hand
-- it over and to ask whether it is ready, which send no Pin and so take no board, no running cap and no attempt.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] leaseMs
-- ARGV[6] worker id
-- ARGV[7..] five for each claim:
--   account
--   lane          publish, look, upload or media
--   max
--   holds that stop this lane, ',a,b,'; '' for all
--   ms between two Pins of one link, 0 for none
--
-- Returns [counter, now, [claim …], [[record …] …]], a claim being [look first from ms or '', next due ms or '', fence, [id …], now, '1' when
-- the account never sends again by machine, [cutAt, persistedAt, isFresh] of include/runs.lua or ''].
-- @include begin
-- @include jobs
local leaseMs, worker, FIRST, EACH = tonumber(ARGV[5]), ARGV[6], 7, 5
local MOST_MOVES = 100 -- of jobs between their board and their link, or out of a line, in a call
local MOST_LOOKS = 250
local TRIM_EVERY = 16 -- calls: links that are free again say nothing
local SCAN_LEASES = 3 -- heartbeats prolong the jobs' leases: a large board takes longer to read than one lease

local function withRecords(first, record)
	local all = {}
	for n, claim in ipairs(first[3]) do
		local records = {}
		for _, id in ipairs(claim[4]) do records[#records + 1] = record(id, claim[3]) end
		all[n] = records
	end
	return { first[1], first[2], first[3], all }
end
-- A repeat gets the records as they stand, without those that were taken over meanwhile.
if replay then return withRecords(replay, recordOf) end

local fence = nextCounter .. '-' .. ARGV[1]
-- Of the claim whose turn it is.
local account, lane, max, linkGapMs, ids
local moves = 0

-- The records of what was taken, by the job's id.
local leased = {}

local CHANGES = { 'state', 'phase', 'started', 'n', 'seq', 'waits', 'look', 'fence', 'leaseEnd' }

-- `change` is what else becomes of the job; `turn` as for unfile. Answers its doc.
local function take(job, change, turn)
	local before = {}
	for i = 1, #CHANGES do before[CHANGES[i]] = job[CHANGES[i]] end
	unfile(job, turn)
	job.waits = ''
	job.look = lookUntil() > now and '1' or ''
	lease(job, fence, now + leaseMs)
	ids[#ids + 1] = job.id
	if change then change(job) end
	writeFields(job, before, CHANGES)
	local doc, content = partsOf(job.id)
	leased[job.id] = recordFrom(job, doc, content)
	return doc
end

local function start(job)
	leaveState(job)
	job.state, job.phase, job.started = 'running', '', nowText
	job.n, job.seq = textOf(job.n + 1), textOf(job.seq + 1)
	enterState(job)
	redis.call('HSET', key('busy', account), job.board, job.id)
end

local function firstBoard()
	return redis.call('ZRANGE', key('boards', lane, account), '-inf', nowText, 'BYSCORE', 'LIMIT', 0, 1)[1]
end

-- A Pin of a link too soon after another is no reason to keep its whole board waiting: the job waits at the link, whose jobs come
-- back to their boards one at a time. `due` stays as it was: what may have been sent before a restart is told by it.
local function move(job, waits)
	local from = placeOf(job)
	unfile(job)
	job.waits = waits
	file(job)
	redis.call('HSET', key('job', job.id), 'waits', waits)
	if waits == '' then redis.call('HSET', key('turns', account), job.url, job.id) end
	refreshBoard(lane, account, from)
	refreshBoard(lane, account, placeOf(job))
	moves = moves + 1
end

-- A job without a record (deleted by hand, evicted) leaves the line: nobody would get past it.
local function jobAt(place, member)
	local job = readJob(idOf(member))
	if job then return job end
	redis.call('ZREM', key('lane', lane, account, place), member)
	touch(lane, account, place)
	moves = moves + 1
	return nil
end

local function linedUp(place, most)
	return redis.call('ZRANGE', key('lane', lane, account, place), 0, most - 1)
end

local function headOf(place)
	local member = linedUp(place, 1)[1]
	local job = member and jobAt(place, member)
	if not job then refreshBoard(lane, account, place) end
	return job
end

-- Whether it is the turn of the job, and whose turn it is of its link: false for nobody's, nil when that was not asked.
local function isItsTurn(job)
	if linkGapMs == 0 or job.url == '' then return true end
	local turn = redis.call('HGET', key('turns', account), job.url)
	if turn then return turn == job.id, turn end
	local isFree = tonumber(redis.call('ZSCORE', key('links', account), job.url) or 0) <= now
	return isFree and redis.call('EXISTS', key('lane', lane, account, '~' .. job.url)) == 0, false
end

-- Whoever had the turn has left it (unfile), which looks at those who wait for it; where nobody had it, nobody waits.
local function keepLink(url)
	if linkGapMs == 0 or url == '' then return end
	if nextCounter % TRIM_EVERY == 0 then redis.call('ZREMRANGEBYSCORE', key('links', account), '-inf', nowText) end
	redis.call('ZADD', key('links', account), textOf(now + linkGapMs), url)
end

local function claimWrites()
	local cap = settingsOf(account).concurrent
	local running = redis.call('HLEN', key('busy', account))
	while #ids < max and running < cap do
		local place = firstBoard()
		if not place then return end
		local job, link = headOf(place), linkOf(place)
		local isNext, turn
		if job and not link then isNext, turn = isItsTurn(job) end
		if isNext then
			writeJobEvent('job.running', job, take(job, start, turn))
			keepLink(job.url)
			redis.call('ZREM', key('boards', lane, account), place)
			serveBoard(lane, account, place)
			running = running + 1
		elseif moves >= MOST_MOVES then
			-- The others of the call go on: most have nothing to move.
			return
		elseif job then
			move(job, link and '' or '1')
		end
	end
end

local function claimLooks()
	local board = firstBoard()
	if not board then return end
	local most = math.min(max, MOST_LOOKS)
	for _, member in ipairs(linedUp(board, most)) do
		local job = jobAt(board, member)
		if job then take(job) end
	end
	-- Until the reader tells what it cost (scanned.lua), or must be lost, nobody else reads this board.
	keepFromScans(account, board, SCAN_LEASES * leaseMs)
	refreshBoard(lane, account, board)
end

local function claimSteps()
	while #ids < max and moves < MOST_MOVES do
		local board = firstBoard()
		if not board then return end
		local job = headOf(board)
		if job then
			take(job)
			refreshBoard(lane, account, board)
		end
	end
end

-- Until when nothing of the lane may be claimed; math.huge when that is open.
local function waitsUntil(stops)
	local held = heldUntil(account, stops)
	if held > now then return held end
	-- What cannot be sent yet waits rather than runs: the permit would be refused (begin-send.lua).
	-- Nor is a step of a video taken: until it is known what was lost, the job may be one that was published.
	return now + (lane == 'publish' and math.max(pendingMs(), permitWaitMs(worker)) or lane ~= 'look' and pendingMs() or 0)
end

local isLooking = lookUntil() > now
local persistedAt = (isLooking or cutAt > 0) and redis.call('HGET', KEYS[1], 'persistedAt') or 0
local lookFrom = isLooking and persistedAt or ''
local cut = cutAt > 0 and { cutAt, persistedAt, isFresh and 1 or 0 } or ''

local function claim(at)
	account, lane, max, linkGapMs, ids = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2]), tonumber(ARGV[at + 4]), {}
	local movesBefore = moves
	local untilMs = waitsUntil(ARGV[at + 3])
	if untilMs > now then return { '', untilMs == math.huge and '' or untilMs, '', {}, now }, false end
	if lane == 'publish' then claimWrites() elseif lane == 'look' then claimLooks() else claimSteps() end
	if #ids == 0 then return { '', nil, '', {}, now }, moves > movesBefore end
	local careful = settingsOf(account).carefulUntil > now and '1' or ''
	return { lookFrom, nil, fence, ids, now, careful, cut }, true
end

local claims, changed = {}, false
for at = FIRST, #ARGV, EACH do
	local answer, hasChanged = claim(at)
	claims[#claims + 1] = answer
	changed = changed or hasChanged
end
if changed then refreshLanes() end
for n, answer in ipairs(claims) do
	local at = FIRST + (n - 1) * EACH
	if answer[2] == nil then answer[2] = dueOf(ARGV[at + 1], ARGV[at]) end
end
return withRecords(changed and finish(claims) or refuse(claims), function(id) return leased[id] end)
