-- A Pin has one owner.
--
-- pin:<pin id>            STRING  answer:<job> when Pinterest named it in an answer, adopted:<job> when it was found by looking
-- nat:<account>:<natural> SET     jobs with the same board, section, link, title, description and alt text, between permit and settle
-- displaced               SET     jobs whose adopted Pin turned out to be another's: to be sent back to reconcile
local function ownerOf(pinId)
	local stored = redis.call('GET', key('pin', pinId))
	if not stored then return nil end
	return string.match(stored, '^%a+:(.+)$'), string.match(stored, '^%a+')
end

-- Why the job may not adopt the Pin: its owner, '' when only a twin stands in the way; nil when nothing does.
local function adoptionRefusal(job)
	if job.pinBy ~= 'adopted' then return nil end
	local owner = ownerOf(job.pin)
	if owner and owner ~= job.id then return owner end
	for _, twin in ipairs(redis.call('SMEMBERS', key('nat', job.account, job.nat))) do
		if twin ~= job.id then return '' end
	end
	return nil
end

-- An answer beats an adoption. Answers the job that loses the Pin, or ''.
local function ownPin(job)
	local owner, how = ownerOf(job.pin)
	local taken = owner and owner ~= job.id
	if taken and how == 'answer' then return '' end
	redis.call('SET', key('pin', job.pin), job.pinBy .. ':' .. job.id)
	if not taken then return '' end
	-- Of a record past its keeping there is nothing to send back.
	if redis.call('EXISTS', key('job', owner)) == 1 then redis.call('SADD', key('displaced'), owner) end
	return owner
end

local function disownPin(job)
	if ownerOf(job.pin) == job.id then redis.call('DEL', key('pin', job.pin)) end
end
