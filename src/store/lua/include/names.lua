-- A Pinterest user has one account here: the name it was bound to first. Its further names lead there and keep nothing of their own.
--
-- renames  HASH  further name → first name
local anyRenames
local function firstName(account)
	if anyRenames == nil then anyRenames = redis.call('EXISTS', key('renames')) == 1 end
	return anyRenames and redis.call('HGET', key('renames'), account) or account
end
