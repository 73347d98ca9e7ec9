-- Reads and moves the record of a job with every index it stands in.
--
-- job:<id>            HASH    the fields below: what scripts compare and move
-- doc:<id>            STRING  JSON of the rest that changes; opaque here, absent when it would say nothing
-- content:<id>        STRING  what this revision publishes, packed (packing.ts); opaque here
-- content:<id>:<rev>  STRING  that of an earlier revision, as long as its events are kept
-- state:<state>       ZSET    job by creation         jobs:<account>    ZSET  job by creation
-- doubt               ZSET    job by since when       finished          ZSET  job nobody waits for any more, by end
-- failed:<queue>      ZSET    job by since when       groups, causes    HASH  cause → open failures, → what its first one told
-- snoozed             ZSET    open failure by when it is to be told of again
-- counts:<account>    HASH    state or doubt → jobs   accounts          ZSET  account by when it was last served
-- leases              ZSET    job by end of lease
-- @include events
-- @include lanes
-- @include incidents
-- @include media
-- @include pins
local OLD_CONTENT_MS = 8 * 24 * 3600 * 1000 -- events are kept 7 days
local FIELDS = {
	'state', 'phase', 'account', 'board', 'due', 'seq', 'rev', 'n', 'created', 'started', 'finished',
	'fence', 'leaseEnd', 'sendBy', 'look', 'queue', 'group', 'media', 'doubt', 'pin', 'may', 'aliases', 'edit', 'ord', 'url', 'waits', 'handed', 'ends',
}

-- What a caller says of a change beside the fields.
local SAID = { 'since', 'snoozed', 'groupEvent', 'event', 'pinBy', 'alike', 'nat', 'from', 'fromEdits', 'owned', 'unasked', 'renamed' }

-- Three quarters of the fields of a waiting job are empty, and four say that nothing has become of it yet: a record leaves them out,
-- and a job answers this for them. codec.ts knows the same.
local BLANK = {}
for _, name in ipairs(FIELDS) do BLANK[name] = '' end
for _, name in ipairs(SAID) do BLANK[name] = '' end
BLANK.seq, BLANK.rev, BLANK.n, BLANK.edit = '1', '1', '0', '0'
local JOB = { __index = BLANK }

local function readJob(id)
	local stored = redis.call('HGETALL', key('job', id))
	if not stored[1] then return nil end
	local job = setmetatable({ id = id }, JOB)
	for i = 1, #stored, 2 do job[stored[i]] = stored[i + 1] end
	return job
end

-- The job with these fields alone, for a script that needs few; of them `state`, which each record has, is the first.
local function readSome(id, names)
	local values = redis.call('HMGET', key('job', id), unpack(names))
	if not values[1] then return nil end
	local job = setmetatable({ id = id }, JOB)
	for i = 1, #names do job[names[i]] = values[i] or nil end
	return job
end

-- Where a job belongs and what its Pin looks like: no attempt changes it.
local PLACE = { 'account', 'board', 'created', 'url', 'ord', 'aliases' }

-- A job as a caller wants it to be: what was left out is blank, or with a record before as in that.
local function whole(job, before)
	for _, name in ipairs(before and PLACE or {}) do job[name] = before[name] end
	return setmetatable(job, JOB)
end

local function copyOf(job)
	local copy = setmetatable({}, JOB)
	for name, value in pairs(job) do copy[name] = value end
	return copy
end

-- What differs from the job before, or of a new one from a blank: a record of this many fields is small, but not for nothing.
-- `names` are the fields that may differ, where a script knows them.
local function writeFields(job, before, names)
	local values = {}
	before, names = before or BLANK, names or FIELDS
	for i = 1, #names do
		local name = names[i]
		if job[name] ~= before[name] then
			values[#values + 1] = name
			values[#values + 1] = job[name]
		end
	end
	if values[1] then redis.call('HSET', key('job', job.id), unpack(values)) end
end

-- A job that names no client has that of its account.
local function clientOf(account)
	return settingsOf(account).client
end

-- The two parts that are opaque here, '' where there is none.
local function partsOf(id)
	local doc, content = unpack(redis.call('MGET', key('doc', id), key('content', id)))
	return doc or '', content or ''
end

-- What a caller needs to build the Job: id, fields, doc, content, client of the account.
local function recordFrom(job, doc, content)
	local fields = {}
	for i = 1, #FIELDS do
		local value = job[FIELDS[i]]
		if value ~= BLANK[FIELDS[i]] then
			fields[#fields + 1] = FIELDS[i]
			fields[#fields + 1] = value
		end
	end
	return { job.id, fields, doc, content, clientOf(job.account) }
end

-- The same of the record as it stands; nil when the fence moved on.
local function recordOf(id, fence)
	local job = readJob(id)
	if not job or (fence and job.fence ~= fence) then return nil end
	return recordFrom(job, partsOf(id))
end

-- Of what succeeded or was canceled nobody asks how many there are.
local COUNTED = { queued = true, running = true, retry_scheduled = true, failed = true, doubt = true }

local function count(account, what, by)
	if COUNTED[what] then redis.call('HINCRBY', key('counts', account), what, by) end
end

local function enterState(job)
	redis.call('ZADD', key('state', job.state), job.created, job.id)
	count(job.account, job.state, 1)
end

local function leaveState(job)
	redis.call('ZREM', key('state', job.state), job.id)
	count(job.account, job.state, -1)
end

-- The right to move the job passes to `fence`; a publish also takes the board.
local function lease(job, fence, leaseEnd)
	job.fence, job.leaseEnd = fence, textOf(leaseEnd)
	redis.call('ZADD', key('leases'), job.leaseEnd, job.id)
end

local function endLease(job, gapMs)
	redis.call('ZREM', key('leases'), job.id)
	if job.sendBy ~= '' then leaveBoard(job) end
	if job.state ~= 'running' then return end
	local isWriter = redis.call('HGET', key('busy', job.account), job.board) == job.id
	if isWriter then redis.call('HDEL', key('busy', job.account), job.board) end
	if job.sendBy ~= '' then keepGap(job.account, job.board, textOf(now + gapMs), isWriter) end
	freed[job.account] = true
	touch('publish', job.account, job.board)
end

local function enterQueue(job)
	redis.call('ZADD', key('failed', job.queue), job.since, job.id)
	if job.group == '' then return end
	if redis.call('HINCRBY', key('groups'), job.group, 1) == 1 then
		redis.call('HSET', key('causes'), job.group, job.groupEvent)
		writeAccountEvent('failure_group.opened', job.account, job.group, job.groupEvent)
	end
end

local function leaveQueue(job)
	redis.call('ZREM', key('failed', job.queue), job.id)
	if job.group == '' then return end
	if redis.call('HINCRBY', key('groups'), job.group, -1) > 0 then return end
	redis.call('HDEL', key('groups'), job.group)
	redis.call('HDEL', key('causes'), job.group)
end

local function isFinished(job)
	return job.state == 'succeeded' or job.state == 'canceled' or (job.state == 'failed' and job.queue == '')
end

-- Accounts that are known to be in the list of them.
local noted = {}

local function moveState(old, new)
	local moved = not old or old.account ~= new.account
	if moved or old.state ~= new.state then
		if old then leaveState(old) end
		enterState(new)
	end
	if not moved then return end
	if old then redis.call('ZREM', key('jobs', old.account), old.id) end
	redis.call('ZADD', key('jobs', new.account), new.created, new.id)
	if noted[new.account] then return end
	redis.call('ZADD', key('accounts'), 'NX', 0, new.account)
	noted[new.account] = true
end

local function moveDoubt(old, new)
	if old and old.doubt ~= '' then
		redis.call('ZREM', key('doubt'), old.id)
		leaveBoard(old)
		count(old.account, 'doubt', -1)
	end
	if new.doubt ~= '' then
		redis.call('ZADD', key('doubt'), new.doubt, new.id)
		standOnBoard(new, 'doubt')
		count(new.account, 'doubt', 1)
	end
end

local function moveFinished(old, new)
	if isFinished(new) then
		redis.call('ZADD', key('finished'), new.finished ~= '' and new.finished or nowText, new.id)
	elseif old and isFinished(old) then
		redis.call('ZREM', key('finished'), old.id)
	end
end

local function moveMedia(old, new)
	if old and old.media == new.media then return end
	local stays = {}
	for _, sha in ipairs(hashesOf(new.media)) do
		stays[sha] = true
		referMedia(sha, new.id)
	end
	for _, sha in ipairs(hashesOf(old and old.media or '')) do
		if not stays[sha] then unreferMedia(sha, old.id) end
	end
end

local function moveQueue(old, new)
	local same = old and old.queue == new.queue and old.group == new.group
	if same then return end
	if old and old.queue ~= '' then leaveQueue(old) end
	if new.queue ~= '' then enterQueue(new) end
end

local function moveSnooze(old, new)
	if new.snoozed ~= '' then
		redis.call('ZADD', key('snoozed'), new.snoozed, new.id)
	elseif new.queue ~= '' or old and old.queue ~= '' then
		redis.call('ZREM', key('snoozed'), new.id)
	end
end

-- Answers the job that loses its Pin to this one, or ''.
local function movePin(old, new)
	if old and old.pin ~= '' and old.pin ~= new.pin then
		disownPin(old)
		redis.call('SREM', key('displaced'), new.id)
	end
	return new.pinBy ~= '' and ownPin(new) or ''
end

local function keepContent(old, new, content)
	if content == '' then return end
	if old and old.rev ~= new.rev then
		redis.call('SET', key('content', new.id, old.rev), redis.call('GET', key('content', new.id)) or '', 'PX', OLD_CONTENT_MS)
	end
	redis.call('SET', key('content', new.id), content)
end

-- Makes the record of a job what was decided. `new` has all fields but the lease, and event, hold, pinBy, since, groupEvent.
local function apply(old, new, doc, content, gapMs)
	new.fence, new.leaseEnd, new.sendBy, new.look, new.waits = '', '', '', '', ''
	if old then
		if old.fence == '' then unfile(old) else endLease(old, gapMs) end
	end
	file(new)
	moveState(old, new)
	moveDoubt(old, new)
	moveFinished(old, new)
	moveMedia(old, new)
	moveQueue(old, new)
	moveSnooze(old, new)
	local displaced = movePin(old, new)
	writeFields(new, old)
	if doc ~= '' then
		redis.call('SET', key('doc', new.id), doc)
	elseif old then
		redis.call('DEL', key('doc', new.id))
	end
	keepContent(old, new, content)
	if new.event ~= '' then writeJobEvent(new.event, new, doc) end
	if new.hold then openHold(new.hold) end
	return displaced
end
