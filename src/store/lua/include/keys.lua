-- Builds every key from the one that is declared, so that one script may touch any key of its namespace.
--
-- KEYS[1] meta    its name is the prefix of all others, hash tag included
local prefix = string.sub(KEYS[1], 1, -5)
local function key(...)
	return prefix .. table.concat({ ... }, ':')
end
