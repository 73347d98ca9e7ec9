-- Keeps what is known of a bulk requeue, and which jobs belong to it.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] its id
-- ARGV[6] ms that it is kept
-- ARGV[7] fields to set, JSON of strings
-- ARGV[8] jobs that belong to it from now on, JSON list
-- ARGV[9] jobs that do not any more, JSON list: what was refused is not its work
--
-- Returns [counter, now, [1]], or 0 when nothing joins it and it is gone.
-- @include begin
if replay then return replay end
local id, keepMs = ARGV[5], ARGV[6]
local joining, leaving = cjson.decode(ARGV[8]), cjson.decode(ARGV[9])
if #joining == 0 and redis.call('EXISTS', key('bulk', id)) == 0 then return refuse({ 0 }) end
for name, value in pairs(cjson.decode(ARGV[7])) do redis.call('HSET', key('bulk', id), name, value) end
for _, job in ipairs(joining) do redis.call('SADD', key('bulkjobs', id), job) end
for _, job in ipairs(leaving) do redis.call('SREM', key('bulkjobs', id), job) end
redis.call('PEXPIRE', key('bulk', id), keepMs)
redis.call('PEXPIRE', key('bulkjobs', id), keepMs)
return finish({ 1 })
