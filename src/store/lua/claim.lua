-- Leases due jobs of one account. Publish: one a board, in turn. Look: all in doubt on the board that waits the longest, also
-- those whose own look is not due yet: one reading of the board serves all of them. Upload and media: the steps of a video, to hand
-- it over and to ask whether it is ready, which send no Pin and so take no board, no running cap and no attempt.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] account
-- ARGV[6] lane    publish, look, upload or media
-- ARGV[7] max
-- ARGV[8] leaseMs
-- ARGV[9] holds that stop this lane, ',a,b,'; '' for all
-- ARGV[10] worker id
-- ARGV[11] ms between two Pins of one link, 0 for none
--
-- Returns [counter, now, [look first from ms or '', next due ms or '', fence, [id …], now, '1' when the account never sends
-- again by machine, [cutAt, persistedAt, isFresh] of include/runs.lua or ''], [record …]].
-- @include begin
-- @include jobs
local account, lane, max, leaseMs, linkGapMs = ARGV[5], ARGV[6], tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[11])
local MOST_MOVES = 100 -- of jobs between their board and their link
local MOST_LOOKS = 250
local SCAN_LEASES = 3 -- heartbeats prolong the jobs' leases: a large board takes longer to read than one lease

-- A repeat gets the records as they stand, without those that were taken over meanwhile.
local function withRecords(first)
	local answer, records = first[3], {}
	for _, id in ipairs(answer[4]) do records[#records + 1] = recordOf(id, answer[3]) end
	return { first[1], first[2], answer, records }
end
if replay then return withRecords(replay) end

local careful = tonumber(redis.call('HGET', key('account', account), 'carefulUntil') or 0) > now and '1' or ''
local held = heldUntil(account, ARGV[9])
if held > now then return withRecords(refuse({ '', held == math.huge and '' or held, '', {}, now })) end

-- What cannot be sent yet waits rather than runs: the permit would be refused (begin-send.lua).
-- Nor is a step of a video taken: until it is known what was lost, the job may be one that was published.
local waitMs = lane == 'publish' and math.max(pendingMs(), permitWaitMs(ARGV[10])) or lane ~= 'look' and pendingMs() or 0
if waitMs > 0 then return withRecords(refuse({ '', now + waitMs, '', {}, now })) end

local fence = nextCounter .. '-' .. ARGV[1]
local ids, moves = {}, 0

local function take(job)
	unfile(job)
	job.waits = ''
	job.look = lookUntil() > now and '1' or ''
	lease(job, fence, now + leaseMs)
	ids[#ids + 1] = job.id
	return job
end

local function start(job)
	leaveState(job)
	job.state, job.phase, job.started = 'running', '', now
	job.n, job.seq = job.n + 1, job.seq + 1
	enterState(job)
	redis.call('HSET', key('busy', account), job.board, job.id)
	writeFields(job)
	writeJobEvent('job.running', job, redis.call('GET', key('doc', job.id)) or '')
end

local function firstBoard()
	return redis.call('ZRANGE', key('boards', lane, account), '-inf', now, 'BYSCORE', 'LIMIT', 0, 1)[1]
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

local function isItsTurn(job)
	if linkGapMs == 0 or (job.url or '') == '' then return true end
	local turn = redis.call('HGET', key('turns', account), job.url)
	if turn then return turn == job.id end
	local isFree = tonumber(redis.call('ZSCORE', key('links', account), job.url) or 0) <= now
	return isFree and redis.call('EXISTS', key('lane', lane, account, '~' .. job.url)) == 0
end

local function keepLink(url)
	redis.call('ZREMRANGEBYSCORE', key('links', account), '-inf', now)
	if linkGapMs == 0 or (url or '') == '' then return end
	redis.call('ZADD', key('links', account), now + linkGapMs, url)
	touch(lane, account, '~' .. url)
end

local function claimWrites()
	local cap = tonumber(redis.call('HGET', key('account', account), 'concurrent') or math.huge)
	local running = redis.call('HLEN', key('busy', account))
	while #ids < max and running < cap and moves < MOST_MOVES do
		local place = firstBoard()
		if not place then return end
		local job = readJob(jobsAt(key('lane', lane, account, place), 0, 0)[1])
		if linkOf(place) then
			move(job, '')
		elseif not isItsTurn(job) then
			move(job, '1')
		else
			start(take(job))
			keepLink(job.url)
			redis.call('ZREM', key('boards', lane, account), place)
			redis.call('HDEL', key('gaps', account), place)
			running = running + 1
		end
	end
end

local function claimLooks()
	local board = firstBoard()
	if not board then return end
	local most = math.min(max, MOST_LOOKS)
	for _, id in ipairs(jobsAt(key('lane', lane, account, board), 0, most - 1)) do writeFields(take(readJob(id))) end
	-- Until the reader tells what it cost (scanned.lua), or must be lost, nobody else reads this board.
	keepFromScans(account, board, SCAN_LEASES * leaseMs)
end

local function claimSteps()
	while #ids < max do
		local board = firstBoard()
		if not board then return end
		writeFields(take(readJob(jobsAt(key('lane', lane, account, board), 0, 0)[1])))
		refreshBoard(lane, account, board)
	end
end

if lane == 'publish' then claimWrites() elseif lane == 'look' then claimLooks() else claimSteps() end
local function nextDue() return redis.call('ZSCORE', key('due', lane), account) or '' end
if #ids == 0 and moves == 0 then return withRecords(refuse({ '', nextDue(), '', {}, now })) end
refreshLanes()
local persistedAt = redis.call('HGET', KEYS[1], 'persistedAt') or 0
local isLooking = lookUntil() > now
local cut = cutAt > 0 and { cutAt, persistedAt, isFresh and 1 or 0 } or ''
return withRecords(finish({ isLooking and persistedAt or '', nextDue(), fence, ids, now, careful, cut }))
