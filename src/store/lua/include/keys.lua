-- Builds every key from the one that is declared, so that one script may touch any key of its namespace.
--
-- KEYS[1] meta    its name is the prefix of all others, hash tag included
local prefix = string.sub(KEYS[1], 1, -5)
local function key(kind, first, second, third)
	if not first then return prefix .. kind end
	if not second then return prefix .. kind .. ':' .. first end
	if not third then return prefix .. kind .. ':' .. first .. ':' .. second end
	return prefix .. kind .. ':' .. first .. ':' .. second .. ':' .. third
end
