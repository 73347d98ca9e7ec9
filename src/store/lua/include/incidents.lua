-- Opens, prolongs and ends holds, each beginning and end with its event.
-- @include holds
-- @include names
-- The accounts that carry the label of a held client now; nil when no client is held.
local function accountsOf(subject)
	if string.sub(subject, 1, #CLIENT) ~= CLIENT then return nil end
	local label, found = string.sub(subject, #CLIENT + 1), {}
	for _, account in ipairs(redis.call('ZRANGE', key('accounts'), 0, -1)) do
		local carries = redis.call('HGET', key('account', account), 'client') == label
		if carries and firstName(account) == account then found[#found + 1] = account end
	end
	return found
end

local function waitingJobs(account, accounts)
	local function total(values) return tonumber(values[1] or 0) + tonumber(values[2] or 0) end
	if account == APP then
		return total({ redis.call('ZCARD', key('state', 'queued')), redis.call('ZCARD', key('state', 'retry_scheduled')) })
	end
	local sum = 0
	for _, name in ipairs(accounts or { account }) do sum = sum + total(redis.call('HMGET', key('counts', name), 'queued', 'retry_scheduled')) end
	return sum
end

local function keepIncident(incident)
	redis.call('HSET', key('holds', incident.account), incident.kind, cjson.encode(incident))
	forgetHolds(incident.account)
	redis.call('ZADD', key('holds'), incident.endsAt == '' and '+inf' or incident.endsAt, incident.kind .. ':' .. incident.account)
end

local function incidentNow(incident, more)
	local accounts = accountsOf(incident.account)
	local client = accounts and string.sub(incident.account, #CLIENT + 1) or redis.call('HGET', key('account', incident.account), 'client')
	local shown = { waiting = waitingJobs(incident.account, accounts), client = client or '' }
	-- An empty table would be written as an object.
	if accounts and #accounts > 0 then shown.accounts = accounts end
	for name, value in pairs(incident) do shown[name] = value end
	for name, value in pairs(more or {}) do shown[name] = value end
	return cjson.encode(shown)
end

-- hold: account, kind, endsAt, code, message. The end only ever moves later, but of a pause a person's last word counts. Answers JSON and the event id, '' when it stood.
local function openHold(hold)
	hold.account = firstName(hold.account)
	local stored = redis.call('HGET', key('holds', hold.account), hold.kind)
	local incident = stored and cjson.decode(stored)
	if incident then
		local later = incident.endsAt ~= '' and (hold.endsAt == '' or tonumber(hold.endsAt) > tonumber(incident.endsAt))
		if later or hold.kind == 'paused' then
			incident.endsAt, incident.code, incident.message = hold.endsAt, hold.code, hold.message
			keepIncident(incident)
		end
		return incidentNow(incident), ''
	end
	local subject = hold.account .. ':' .. hold.kind
	incident = {
		id = 'inc_' .. string.sub(redis.sha1hex(ARGV[1] .. ':' .. subject), 1, 26), since = now,
		account = hold.account, kind = hold.kind, endsAt = hold.endsAt, code = hold.code, message = hold.message,
		-- So that whoever tells of it again later says the same event.
		event = eventId(subject, 'account.held'),
	}
	keepIncident(incident)
	local shown = incidentNow(incident)
	return shown, writeAccountEvent('account.held', hold.account, subject, shown)
end

local function wakeAccount(account)
	local isMany = string.sub(account, 1, 1) == '@'
	for _, lane in ipairs({ 'publish', 'look', 'media', 'upload' }) do
		local due = not isMany and redis.call('ZSCORE', key('due', lane), account)
		if due or isMany then wake(table.concat({ 'work', lane, due or now, account }, ' ')) end
	end
end

-- Answers the JSON of the incident that ended, or nil when there was none.
local function releaseHold(account, kind, by)
	local stored = redis.call('HGET', key('holds', account), kind)
	if not stored then return nil end
	redis.call('HDEL', key('holds', account), kind)
	forgetHolds(account)
	redis.call('ZREM', key('holds'), kind .. ':' .. account)
	local shown = incidentNow(cjson.decode(stored), { releasedBy = by, releasedAt = now })
	writeAccountEvent('account.released', account, account .. ':' .. kind, shown)
	wakeAccount(account)
	return shown
end
