-- Stops an account or the app, or prolongs the stop of this kind.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] hold    JSON: account, kind, endsAt, code, message
--
-- Returns [counter, now, [incident JSON, event id or '' when it stood already]].
-- @include begin
-- @include events
-- @include incidents
if replay then return replay end
local incident, event = openHold(cjson.decode(ARGV[5]))
return finish({ incident, event })
