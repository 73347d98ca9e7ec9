-- Writes of an account in the last minute, over all workers: permits to send, and registrations of videos.
--
-- sent:<account>  ZSET  write by when it was let go
local SENT_MS, MOST_SENT = 60000, 1000
local letGo = 0

local function noteSent(account)
	local sent = key('sent', account)
	-- It ends a minute after the last, and whoever reads it leaves out what is older.
	if redis.call('ZCARD', sent) >= MOST_SENT then
		local old = redis.call('ZREMRANGEBYSCORE', sent, '-inf', textOf(now - SENT_MS))
		if old == 0 then redis.call('ZREM', sent, redis.call('ZRANGE', sent, 0, 0)[1]) end
	end
	letGo = letGo + 1
	redis.call('ZADD', sent, nowText, textOf(nextCounter) .. ':' .. letGo)
	redis.call('PEXPIRE', sent, SENT_MS)
end

-- Calls under way together are so near to each other that it does not matter which of them it was.
local function forgetLatest(account)
	local latest = redis.call('ZRANGE', key('sent', account), 0, 0, 'REV')[1]
	if latest then redis.call('ZREM', key('sent', account), latest) end
end

-- The latest first.
local function sentLately(account)
	local found, lately = redis.call('ZRANGE', key('sent', account), 0, -1, 'REV', 'WITHSCORES'), {}
	for i = 2, #found, 2 do
		if tonumber(found[i]) > now - SENT_MS then lately[#lately + 1] = tonumber(found[i]) end
	end
	return lately
end
