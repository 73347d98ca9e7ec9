-- A call that had its permit was refused by a limit: it counts no longer among those that went through.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] account
--
-- Returns [counter, now, [when each other permit of the last minute was given]].
-- @include begin
-- @include names
-- @include sent
if replay then return replay end
local account = firstName(ARGV[5])
forgetLatest(account)
return finish(sentLately(account))
