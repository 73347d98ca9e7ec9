-- Binds an account's name to a Pinterest user; another user under the same name is refused. A further name of a user that is
-- bound already leads to the first one from now on, and what was kept under it goes; its jobs are moved one by one afterwards.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] account
-- ARGV[6] Pinterest user id
-- ARGV[7] username
-- ARGV[8] client
--
-- Returns [counter, now, [the user's first name, or '' when the name is another user's]].
-- @include begin
-- @include events
-- @include incidents
if replay then return replay end
local account, user = firstName(ARGV[5]), ARGV[6]

local function userOf(name)
	return redis.call('HGET', key('account', name), 'userId')
end

-- A name that is bound stays what it is; of several that an older version bound to one user, any but always the same.
local function boundTo(wanted)
	local found
	for _, name in ipairs(redis.call('ZRANGE', key('accounts'), 0, -1)) do
		if userOf(name) == wanted and (not found or name < found) then found = name end
	end
	return found
end

-- What a person has stopped stays so under the first name.
local function keepPause(first)
	local stored = redis.call('HGET', key('holds', account), 'paused')
	if not stored or redis.call('HEXISTS', key('holds', first), 'paused') == 1 then return end
	local pause = cjson.decode(stored)
	openHold({ account = first, kind = 'paused', endsAt = pause.endsAt, code = pause.code, message = pause.message })
end

local function becomeAlias(first)
	keepPause(first)
	for _, kind in ipairs(redis.call('HKEYS', key('holds', account))) do releaseHold(account, kind, 'rename') end
	-- A job that is in doubt now may be moved before a worker says again that it is never sent a second time.
	local careful = redis.call('HGET', key('account', account), 'carefulUntil')
	local firstCareful = redis.call('HGET', key('account', first), 'carefulUntil')
	if careful then redis.call('HSET', key('account', first), 'carefulUntil', math.max(careful, firstCareful or 0)) end
	redis.call('DEL', key('account', account))
	redis.call('ZREM', key('accounts'), account)
	redis.call('SREM', key('checks'), account)
	redis.call('HSET', key('renames'), account, first)
	account = first
end

local bound = userOf(account)
if bound and bound ~= user then return refuse({ '' }) end
local first = bound and account or boundTo(user)
if first and first ~= account then becomeAlias(first) end
redis.call('HSET', key('account', account), 'userId', user, 'username', ARGV[7], 'client', ARGV[8])
redis.call('ZADD', key('accounts'), 'NX', 0, account)
return finish({ account })
