-- What the server that holds this namespace tells of itself: a question without a key would reach any node of a Cluster. Writes nothing.
--
-- KEYS[1] meta
--
-- Returns [INFO, seconds, microseconds, quarantineUntil, suspectUntil, clock].
local info, time = redis.pcall('INFO'), redis.call('TIME')
local standing = redis.call('HMGET', KEYS[1], 'quarantineUntil', 'suspectUntil', 'clock')
return { type(info) == 'string' and info or '', time[1], time[2], standing[1] or '0', standing[2] or '0', standing[3] or '0' }
