-- What the user of this connection may not do. Writes nothing.
--
-- KEYS[1] meta
-- ARGV[1] commands with arguments, as JSON
--
-- Returns the places, from 1, of those that are refused; nothing where the server cannot tell.
local refused = {}
if not redis.acl_check_cmd then return false end
for place, command in ipairs(cjson.decode(ARGV[1])) do
	local isKnown, isAllowed = pcall(redis.acl_check_cmd, unpack(command))
	if isKnown and not isAllowed then refused[#refused + 1] = place end
end
return refused
