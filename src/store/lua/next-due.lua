-- When the next job of each account may be claimed. Reads only.
--
-- KEYS[1] meta
-- ARGV[1] lane
-- ARGV[2] holds that stop this lane, ',a,b,'; '' for all
-- ARGV[3..] accounts
--
-- Returns [account, ms, …] without those that have no job, are held until somebody acts, or run as much as they may.
-- @include keys
-- @include holds
local lane, kinds = ARGV[1], ARGV[2]
local function capped(account)
	local cap = redis.call('HGET', key('account', account), 'concurrent')
	return lane == 'publish' and cap and redis.call('HLEN', key('busy', account)) >= tonumber(cap)
end

local answers = {}
for i = 3, #ARGV do
	local account = ARGV[i]
	local due = redis.call('ZSCORE', key('due', lane), account)
	if due and not capped(account) then
		local at = math.max(tonumber(due), heldUntil(account, kinds))
		if at < math.huge then
			answers[#answers + 1] = account
			answers[#answers + 1] = at
		end
	end
end
return answers
