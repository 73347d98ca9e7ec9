-- Keeps the three levels from which jobs are claimed in step.
--
-- deadlines                      ZSET  job by when it must end without being sent; not those in doubt, which are looked for however late,
--                                      nor records of an earlier build, which end when they are claimed
-- lane:<lane>:<account>:<place>  ZSET  <ord>:<job> by when it is due, so that jobs due together go out as they came in
--                                      (neither a place nor a job's id has a colon). A place is a board, or '~' and a link: jobs
--                                      that came up too soon after another Pin of their link wait there for its turn (claim.lua)
-- boards:<lane>:<account>        ZSET  place by when its first job may start; absent are boards with a write under way, and links
--                                      of which a job has the turn
-- due:<lane>                     ZSET  account by when its first board may start
-- busy:<account>                 HASH  board → the job that writes to it now
-- gaps:<account>                 HASH  board → no write before
-- links:<account>                ZSET  link by when its next Pin may start
-- turns:<account>                HASH  link → the job, back on its board, that is its next
-- scan:<account>:<board>         STRING  no reading of the board to look for Pins before
local touched, touchedList, freed, served = {}, {}, {}, {}
-- What this script has written, so that it need not ask again: board that nobody writes to any more → no write before, lane and
-- account → when its first board may start, '' for never.
local gapOf, dueAt = {}, {}

local function laneOf(job)
	if job.state ~= 'queued' and job.state ~= 'retry_scheduled' then return nil end
	if job.phase == 'media' then return job.handed == '1' and 'media' or 'upload' end
	if job.phase == 'reconcile' then return 'look' end
	return 'publish'
end

-- A record of an earlier build has no place of its own.
local function memberOf(job)
	return job.ord == '' and job.id or job.ord .. ':' .. job.id
end

local function idOf(member)
	return string.match(member, '[^:]+$')
end

local function placeOf(job)
	return job.waits == '1' and '~' .. job.url or job.board
end

local function linkOf(place)
	return string.match(place, '^~(.*)')
end

local function touch(lane, account, board)
	local name = lane .. ' ' .. account .. ' ' .. board
	if touched[name] then return end
	touched[name] = true
	touchedList[#touchedList + 1] = { lane, account, board }
end

local function hasDeadline(job)
	local lane = laneOf(job)
	return lane and lane ~= 'look' and job.ends ~= ''
end

-- The board was taken out of those that may be served, so that there is nothing more to find out about it.
local function serveBoard(lane, account, board)
	served[lane .. ' ' .. account .. ' ' .. board] = true
end

local function file(job)
	local lane = laneOf(job)
	if not lane then return end
	if hasDeadline(job) then redis.call('ZADD', key('deadlines'), job.ends, job.id) end
	local place, member = key('lane', lane, job.account, placeOf(job)), memberOf(job)
	redis.call('ZADD', place, job.due, member)
	-- Behind the head of its place it changes nothing of when the place may be served.
	if redis.call('ZRANGE', place, 0, 0)[1] == member then touch(lane, job.account, placeOf(job)) end
end

-- `turn` is the job that has the turn of its link, false when none has, where that was asked before.
local function unfile(job, turn)
	local lane = laneOf(job)
	if not lane then return end
	redis.call('ZREM', key('deadlines'), job.id)
	-- A worker of an earlier build files a job without its place: it must not stand there twice.
	redis.call('ZREM', key('lane', lane, job.account, placeOf(job)), memberOf(job), job.id)
	touch(lane, job.account, placeOf(job))
	if lane ~= 'publish' or job.url == '' then return end
	if turn == nil then turn = redis.call('HGET', key('turns', job.account), job.url) end
	if turn == job.id then
		redis.call('HDEL', key('turns', job.account), job.url)
		touch(lane, job.account, '~' .. job.url)
	end
end

-- The Pin that took the link's turn was not sent.
local function freeLink(job)
	if job.url == '' then return end
	redis.call('ZREM', key('links', job.account), job.url)
	touch('publish', job.account, '~' .. job.url)
end

local function isTaken(account, place)
	local link = linkOf(place)
	return redis.call('HEXISTS', key(link and 'turns' or 'busy', account), link or place) == 1
end

local function noWriteBefore(account, place)
	local link = linkOf(place)
	if link then return redis.call('ZSCORE', key('links', account), link) end
	return redis.call('HGET', key('gaps', account), place)
end

local function keepGap(account, board, gapUntil, isFree)
	redis.call('HSET', key('gaps', account), board, gapUntil)
	if isFree then gapOf[account .. ' ' .. board] = gapUntil end
end

local function refreshBoard(lane, account, board)
	local head = redis.call('ZRANGE', key('lane', lane, account, board), 0, 0, 'WITHSCORES')
	local writes = lane == 'publish'
	local gap = writes and gapOf[account .. ' ' .. board]
	if not head[1] or (writes and not gap and isTaken(account, board)) then
		return redis.call('ZREM', key('boards', lane, account), board)
	end
	-- The gap also sorts a board that was just served behind those that wait: so they take turns.
	if writes then gap = gap or noWriteBefore(account, board) end
	if lane == 'look' then gap = redis.call('GET', key('scan', account, board)) end
	redis.call('ZADD', key('boards', lane, account), textOf(math.max(tonumber(head[2]), tonumber(gap or 0))), board)
end

local function keepFromScans(account, board, forMs)
	redis.call('SET', key('scan', account, board), textOf(now + forMs), 'PX', forMs + 60000)
	touch('look', account, board)
end

local function refreshAccount(lane, account)
	local first = redis.call('ZRANGE', key('boards', lane, account), 0, 0, 'WITHSCORES')[2]
	dueAt[lane .. ' ' .. account] = first or ''
	if not first then return redis.call('ZREM', key('due', lane), account) end
	local before = redis.call('ZSCORE', key('due', lane), account)
	if first ~= before then redis.call('ZADD', key('due', lane), first, account) end
	if not before or tonumber(first) < tonumber(before) or freed[account] then
		wake('work ' .. lane .. ' ' .. first .. ' ' .. account)
	end
end

-- When the account's first board may start, '' for never; after all jobs were moved.
local function dueOf(lane, account)
	return dueAt[lane .. ' ' .. account] or redis.call('ZSCORE', key('due', lane), account) or ''
end

-- Once at the end of a script, after all jobs were moved.
local function refreshLanes()
	local accounts = {}
	for _, place in ipairs(touchedList) do
		if not served[place[1] .. ' ' .. place[2] .. ' ' .. place[3]] then refreshBoard(place[1], place[2], place[3]) end
		accounts[place[1] .. ' ' .. place[2]] = place
	end
	for _, place in pairs(accounts) do refreshAccount(place[1], place[2]) end
end
