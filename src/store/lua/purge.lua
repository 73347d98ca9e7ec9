-- Turns finished records past their retention into tombstones, so that a late repeat of their key still sends nothing.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] finished before, epoch ms
-- ARGV[6] max
-- ARGV[7] how long a tombstone is kept, ms
--
-- Returns [counter, now, [how many]].
-- @include begin
-- @include jobs
if replay then return replay end
local keepMs = ARGV[7]

-- Of a job that succeeded nothing but its Pin, which Redis keeps as a number.
local function remainsOf(job)
	if job.state == 'succeeded' and job.pin ~= '' and job.may == '' then return job.pin end
	return table.concat({ job.state, job.pin, job.may }, ' ')
end

local function buryPin(job)
	if job.pin == '' or ownerOf(job.pin) ~= job.id then return end
	local grave = graveOf(job.pin, 0)
	local isNew = redis.call('EXISTS', grave) == 0
	redis.call('DEL', key('pin', job.pin))
	redis.call('SADD', grave, job.pin)
	if isNew then redis.call('PEXPIRE', grave, textOf((GRAVES.keptYears + 1) * GRAVES.yearMs)) end
end

local function bury(id)
	local job = readJob(id)
	buryPin(job)
	redis.call('SET', key('tomb', id), remainsOf(job), 'PX', keepMs)
	for alias in string.gmatch(job.aliases, '[^,]+') do redis.call('PEXPIRE', key('alias', alias), keepMs) end
	leaveState(job)
	redis.call('ZREM', key('jobs', job.account), id)
	redis.call('ZREM', key('finished'), id)
	redis.call('SREM', key('displaced'), id)
	redis.call('HDEL', key('doubles'), id)
	for _, sha in ipairs(hashesOf(job.media)) do unreferMedia(sha, id) end
	redis.call('DEL', key('job', id), key('doc', id), key('content', id))
end

local ids = redis.call('ZRANGE', key('finished'), '-inf', ARGV[5], 'BYSCORE', 'LIMIT', 0, tonumber(ARGV[6]))
if #ids == 0 then return refuse({ 0 }) end
for _, id in ipairs(ids) do bury(id) end
return finish({ #ids })
