-- A Pinterest user has one account here: the name it was bound to first. Its further names lead there and keep nothing of their own.
--
-- renames  HASH  further name → first name
local function firstName(account)
	return redis.call('HGET', key('renames'), account) or account
end
