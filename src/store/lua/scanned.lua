-- A board was read to look for Pins: the next reading gathers what comes into doubt until then.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] account
-- ARGV[6] board
-- ARGV[7] ms until it may be read again
--
-- Returns [counter, now, []].
-- @include begin
-- @include lanes
if replay then return replay end
keepFromScans(ARGV[5], ARGV[6], tonumber(ARGV[7]))
refreshLanes()
return finish({})
