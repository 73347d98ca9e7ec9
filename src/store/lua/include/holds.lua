-- Stops of accounts, of the accounts of a client (`@client:<label>`) and of the app.
--
-- holds:<account>  HASH  kind → JSON of the incident; endsAt '' when only a person or a token check ends it
-- holds            ZSET  <kind>:<account> by when it ends by itself
local APP, CLIENT = '@app', '@client:'

-- What stands of an account's record, read once: a script that changes it does not ask here.
local settings = {}
local function settingsOf(account)
	if not settings[account] then
		local client, concurrent, carefulUntil = unpack(redis.call('HMGET', key('account', account), 'client', 'concurrent', 'carefulUntil'))
		settings[account] = { client = client or '', concurrent = tonumber(concurrent or math.huge), carefulUntil = tonumber(carefulUntil or 0) }
	end
	return settings[account]
end

-- The holds of one of these, each { kind, ends }, read once; whoever changes them forgets what was read.
local heldNow = {}
local anyHolds
local function holdsOf(name)
	if anyHolds == nil then anyHolds = redis.call('EXISTS', key('holds')) == 1 end
	if not anyHolds then return {} end
	if not heldNow[name] then
		local stored, found = redis.call('HGETALL', key('holds', name)), {}
		for i = 1, #stored, 2 do found[#found + 1] = { stored[i], tonumber(cjson.decode(stored[i + 1]).endsAt) or math.huge } end
		heldNow[name] = found
	end
	return heldNow[name]
end

local function forgetHolds(name)
	heldNow[name], anyHolds = nil, nil
end

-- 0 when free, math.huge when open-ended. `kinds` ',a,b,' are the only ones that count; all when ''.
local function heldUntil(account, kinds)
	local latest, names = 0, { account, APP }
	local client = settingsOf(account).client
	if client ~= '' then names[3] = CLIENT .. client end
	for _, name in ipairs(names) do
		for _, hold in ipairs(holdsOf(name)) do
			if kinds == '' or string.find(kinds, ',' .. hold[1] .. ',', 1, true) then latest = math.max(latest, hold[2]) end
		end
	end
	return latest
end
