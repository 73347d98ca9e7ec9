-- Drops bytes that no job came to refer to in time.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
--
-- Returns [counter, now, [how many]].
-- @include begin
-- @include media
if replay then return replay end
local idle = redis.call('ZRANGE', key('mediaidle'), '-inf', now, 'BYSCORE', 'LIMIT', 0, 100)
if #idle == 0 then return refuse({ 0 }) end
for _, sha in ipairs(idle) do dropMedia(sha) end
return finish({ #idle })
