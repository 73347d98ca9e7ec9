-- Permits of an account in the last minute, over all workers, the latest first.
local SENT_MS, MOST_SENT = 60000, 1000

local function noteSent(account)
	local sent = key('sent', account)
	redis.call('LPUSH', sent, string.format('%d', now))
	redis.call('LTRIM', sent, 0, MOST_SENT - 1)
	while tonumber(redis.call('LINDEX', sent, -1)) <= now - SENT_MS do redis.call('RPOP', sent) end
	redis.call('PEXPIRE', sent, SENT_MS)
end

local function sentLately(account)
	local lately = {}
	for _, at in ipairs(redis.call('LRANGE', key('sent', account), 0, -1)) do
		if tonumber(at) > now - SENT_MS then lately[#lately + 1] = tonumber(at) end
	end
	return lately
end
