-- Keeps image bytes under their hash; without a job that refers to them they go after a while.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] sha256
-- ARGV[6] bytes
-- ARGV[7] bytes the namespace may keep
-- ARGV[8] ms that bytes without a job are kept
--
-- Returns [counter, now, [kept]], known, or full (nothing was written).
-- @include begin
-- @include media
if replay then return replay end
local sha, bytes, cap, idleMs = ARGV[5], ARGV[6], tonumber(ARGV[7]), tonumber(ARGV[8])
local known = mediaKept(sha)
local used = tonumber(redis.call('HGET', KEYS[1], 'mediaBytes') or 0)
if not known and used + #bytes > cap then return refuse({ 'full' }) end

if not known then
	redis.call('SET', key('media', sha), bytes)
	redis.call('HINCRBY', KEYS[1], 'mediaBytes', #bytes)
end
if redis.call('EXISTS', key('mediarefs', sha)) == 0 then redis.call('ZADD', key('mediaidle'), now + idleMs, sha) end
return finish({ known and 'known' or 'kept' })
