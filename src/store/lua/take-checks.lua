-- Takes the token checks that were asked for these accounts; each goes to one worker.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5..] accounts
--
-- Returns [counter, now, [account …]].
-- @include begin
-- @include names
if replay then return replay end
local asked = {}
for i = 5, #ARGV do
	if redis.call('SREM', key('checks'), firstName(ARGV[i])) == 1 then asked[#asked + 1] = ARGV[i] end
end
if #asked == 0 then return refuse(asked) end
return finish(asked)
