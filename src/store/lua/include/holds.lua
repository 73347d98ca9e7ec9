-- Stops of accounts and of the app.
--
-- holds:<account>  HASH  kind → JSON of the incident; endsAt '' when only a person or a token check ends it
-- holds            ZSET  <kind>:<account> by when it ends by itself
local APP = '@app'

-- 0 when free, math.huge when open-ended. `kinds` ',a,b,' are the only ones that count; all when ''.
local function heldUntil(account, kinds)
	local latest = 0
	for _, name in ipairs({ account, APP }) do
		local stored = redis.call('HGETALL', key('holds', name))
		for i = 1, #stored, 2 do
			if kinds == '' or string.find(kinds, ',' .. stored[i] .. ',', 1, true) then
				latest = math.max(latest, tonumber(cjson.decode(stored[i + 1]).endsAt) or math.huge)
			end
		end
	end
	return latest
end
