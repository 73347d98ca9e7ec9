-- Image bytes live as long as a job refers to them. A record names those it needs by their hashes, with commas between.
--
-- media:<sha256>      STRING  the bytes
-- mediarefs:<sha256>  SET     the jobs that refer to them
-- mediaidle           ZSET    sha256 without a job by when it is dropped
local function mediaKept(sha)
	return redis.call('EXISTS', key('media', sha)) == 1
end

local function hashesOf(list)
	local hashes = {}
	for sha in string.gmatch(list, '[^,]+') do hashes[#hashes + 1] = sha end
	return hashes
end

local function allMediaKept(list)
	for _, sha in ipairs(hashesOf(list)) do
		if not mediaKept(sha) then return false end
	end
	return true
end

local function dropMedia(sha)
	local bytes = redis.call('STRLEN', key('media', sha))
	redis.call('DEL', key('media', sha))
	redis.call('ZREM', key('mediaidle'), sha)
	-- Not for bytes that are gone already: Lua's -0 is no integer to Redis.
	if bytes > 0 then redis.call('HINCRBY', KEYS[1], 'mediaBytes', -bytes) end
end

local function referMedia(sha, jobId)
	redis.call('SADD', key('mediarefs', sha), jobId)
	redis.call('ZREM', key('mediaidle'), sha)
end

local function unreferMedia(sha, jobId)
	redis.call('SREM', key('mediarefs', sha), jobId)
	if redis.call('EXISTS', key('mediarefs', sha)) == 0 then dropMedia(sha) end
end
