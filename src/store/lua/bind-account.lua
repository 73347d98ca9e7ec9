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

-- users  HASH  Pinterest user → the account that is bound to it
-- Written once for what an earlier build has bound: of several names of one user the first by the alphabet, so that it is always the same.
local function listUsers()
	local firsts = {}
	for _, name in ipairs(redis.call('ZRANGE', key('accounts'), 0, -1)) do
		local of = userOf(name)
		if of and (not firsts[of] or name < firsts[of]) then firsts[of] = name end
	end
	for of, name in pairs(firsts) do redis.call('HSET', key('users'), of, name) end
end

-- A name that is bound stays what it is.
local function boundTo(wanted)
	if redis.call('EXISTS', key('users')) == 0 then listUsers() end
	return redis.call('HGET', key('users'), wanted) or nil
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
	anyRenames = true
	account = first
end

local bound = userOf(account)
if bound and bound ~= user then return refuse({ '' }) end
local first = bound and account or boundTo(user)
if first and first ~= account then becomeAlias(first) end
redis.call('HSET', key('account', account), 'userId', user, 'username', ARGV[7], 'client', ARGV[8])
redis.call('ZADD', key('accounts'), 'NX', 0, account)
if redis.call('HEXISTS', key('users'), user) == 0 then redis.call('HSET', key('users'), user, account) end
return finish({ account })
