-- Puts jobs under their keys: each becomes a job with its first event, or is told what its key already names.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5..] three for each job: its fields as JSON (`aliases` a list of ids), its doc, its content. They come in in this order.
--
-- Returns [counter, now, [[kind, id] …]]: created, and the client of the account; existing with the id that owns the key; tombstone;
-- media_missing; renamed with the account's first name, under which the job has another key.
-- @include begin
-- @include jobs
if replay then return replay end

local function ownerOfKey(id)
	if redis.call('EXISTS', key('job', id)) == 1 then return 'existing', id end
	if redis.call('EXISTS', key('tomb', id)) == 1 then return 'tombstone', id end
	return nil
end

-- An alias leads to a job or to what is left of it.
local function known(id)
	if redis.call('EXISTS', key('job', id), key('tomb', id), key('alias', id)) == 0 then return nil end
	local kind, owner = ownerOfKey(id)
	if kind then return kind, owner end
	local alias = redis.call('GET', key('alias', id))
	if alias then return ownerOfKey(alias) end
	return nil
end

local function claimAliases(job)
	local claimed = {}
	for _, alias in ipairs(job.aliases) do
		if alias ~= job.id and not known(alias) then
			redis.call('SET', key('alias', alias), job.id)
			claimed[#claimed + 1] = alias
		end
	end
	job.aliases = table.concat(claimed, ',')
end

local function enqueue(job, doc, content, place)
	local first = firstName(job.account)
	if first ~= job.account then return { 'renamed', first } end
	local kind, owner = known(job.id)
	if kind then return { kind, owner } end
	if not allMediaKept(job.media) then return { 'media_missing', job.id } end
	claimAliases(job)
	-- Not the time, which two calls may share: the counter only ever grows.
	job.ord = string.format('%016d%06d', nextCounter, place)
	if laneOf(job) == 'publish' then job.due = onDiskAt(job.due) end
	apply(nil, job, doc, content, 0)
	return { 'created', job.id, clientOf(job.account) }
end

local answers, created = {}, false
for i = 5, #ARGV, 3 do
	local answer = enqueue(whole(cjson.decode(ARGV[i])), ARGV[i + 1], ARGV[i + 2], #answers)
	created = created or answer[1] == 'created'
	answers[#answers + 1] = answer
end
if not created then return refuse(answers) end
refreshLanes()
return finish(answers)
