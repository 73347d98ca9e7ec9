-- Stops of accounts, of the accounts of a client (`@client:<label>`) and of the app.
--
-- holds:<account>  HASH  kind → JSON of the incident; endsAt '' when only a person or a token check ends it
-- holds            ZSET  <kind>:<account> by when it ends by itself
local APP, CLIENT = '@app', '@client:'

-- 0 when free, math.huge when open-ended. `kinds` ',a,b,' are the only ones that count; all when ''.
local function heldUntil(account, kinds)
	local latest, names = 0, { account, APP }
	local client = redis.call('HGET', key('account', account), 'client')
	if client and client ~= '' then names[3] = CLIENT .. client end
	for _, name in ipairs(names) do
		local stored = redis.call('HGETALL', key('holds', name))
		for i = 1, #stored, 2 do
			if kinds == '' or string.find(kinds, ',' .. stored[i] .. ',', 1, true) then
				latest = math.max(latest, tonumber(cjson.decode(stored[i + 1]).endsAt) or math.huge)
			end
		end
	end
	return latest
end
