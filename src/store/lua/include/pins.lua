-- A Pin has one owner.
--
-- pin:<pin id>            STRING  answer:<job> when Pinterest named it in an answer, adopted:<job> when it was found by looking
-- buried:<year>:<end>      SET     Pins of jobs that were buried in a year, by their last three digits: in a small set a number takes eight bytes
-- nat:<account>:<board>   HASH    job → whose Pin might be on the board unknown: sending (between permit and settle) or doubt, and its
--                                  natural key (src/job/natural-key.ts)
-- displaced               SET     jobs whose adopted Pin turned out to be another's: to be sent back to reconcile
local function ownerFrom(stored)
	if not stored then return nil end
	return string.match(stored, '^%a+:(.+)$'), string.match(stored, '^%a+')
end

local GRAVES = { yearMs = 365 * 24 * 3600 * 1000, keptYears = 2 }

-- The set of this Pin, of so many years ago.
local function graveOf(pinId, yearsAgo)
	return key('buried', math.floor(now / GRAVES.yearMs) - yearsAgo, string.sub(pinId, -3))
end

-- 'buried' when its job is past its keeping: nobody else may have the Pin all the same.
local function ownerOf(pinId)
	local owner, how = ownerFrom(redis.call('GET', key('pin', pinId)))
	if owner then return owner, how end
	for yearsAgo = 0, GRAVES.keptYears do
		if redis.call('SISMEMBER', graveOf(pinId, yearsAgo), pinId) == 1 then return 'buried' end
	end
	return nil
end

local function standOnBoard(job, how)
	redis.call('HSET', key('nat', job.account, job.board), job.id, how .. ' ' .. job.nat)
end

local function leaveBoard(job)
	redis.call('HDEL', key('nat', job.account, job.board), job.id)
end

-- Whether one Pin might be meant by both: no field differs that both have sent.
local function couldBeTwins(one, other)
	local theirs = string.gmatch(other, '%S+')
	for field in string.gmatch(one, '%S+') do
		local their = theirs()
		if field ~= their and field ~= '*' and their ~= '*' then return false end
	end
	return true
end

-- Why the job may not adopt the Pin: its owner, '' when only a twin stands in the way; nil when nothing does. A Pin that says more
-- than the job has sent might also be that of a job in doubt that has sent it, which would then be made twice.
local function adoptionRefusal(job)
	if job.pinBy ~= 'adopted' then return nil end
	local owner = ownerOf(job.pin)
	if owner and owner ~= job.id then return owner end
	local stands = redis.call('HGETALL', key('nat', job.account, job.board))
	for i = 1, #stands, 2 do
		local how, nat = string.match(stands[i + 1], '^(%a+) (.*)$')
		local counts = stands[i] ~= job.id and (how == 'sending' or job.alike == '1')
		if counts and couldBeTwins(job.nat, nat) then return '' end
	end
	return nil
end

-- An answer beats an adoption. Answers the job that loses the Pin, or ''.
local function ownPin(job)
	local mine = job.pinBy .. ':' .. job.id
	local owner, how = ownerFrom(redis.call('SET', key('pin', job.pin), mine, 'NX', 'GET'))
	if not owner then return '' end
	local taken = owner ~= job.id
	if taken and how == 'answer' then return '' end
	redis.call('SET', key('pin', job.pin), mine)
	if not taken then return '' end
	-- Of a record past its keeping there is nothing to send back.
	if redis.call('EXISTS', key('job', owner)) == 1 then redis.call('SADD', key('displaced'), owner) end
	return owner
end

local function disownPin(job)
	if ownerOf(job.pin) == job.id then redis.call('DEL', key('pin', job.pin)) end
end
