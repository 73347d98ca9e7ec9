-- What the user of this connection may not do. Writes nothing.
--
-- KEYS[1] meta
-- ARGV[1] commands with their first arguments, as JSON
-- ARGV[2] a key, which stands for the further arguments
--
-- Returns the places, from 1, of those that are refused; nothing where the server cannot tell.
local refused = {}
if not redis.acl_check_cmd then return false end
local MOST_MORE = 5

-- Since 8.0 Redis answers only of a command that has as many arguments as it takes.
local function isRefused(command)
	for _ = 0, MOST_MORE do
		local isKnown, isAllowed = pcall(redis.acl_check_cmd, unpack(command))
		if isKnown then return not isAllowed end
		command[#command + 1] = ARGV[2]
	end
	return false
end

for place, command in ipairs(cjson.decode(ARGV[1])) do
	if isRefused(command) then refused[#refused + 1] = place end
end
return refused
