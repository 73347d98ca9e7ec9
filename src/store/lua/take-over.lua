-- Gives leases that ran out to the caller, who settles them as lost. What a dead owner may have sent stays known by sendBy.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] max
-- ARGV[6] leaseMs
--
-- Returns [counter, now, [fence, [id …], [id of an account that never sent again by machine as the lease ran out …]], [record …]].
-- @include begin
-- @include jobs
local max, leaseMs = tonumber(ARGV[5]), tonumber(ARGV[6])

local function withRecords(first)
	local answer, records = first[3], {}
	for _, id in ipairs(answer[2]) do records[#records + 1] = recordOf(id, answer[1]) end
	return { first[1], first[2], answer, records }
end
if replay then return withRecords(replay) end

-- After an outage of Redis, owners that live prolong their leases first.
local amnestyAt = redis.call('HGET', KEYS[1], 'amnestyAt')
local waits = amnestyAt and now < amnestyAt + leaseMs
-- A permit never outlives its lease (begin-send.lua), so what is over here can no longer be on its way.
local ids = waits and {} or redis.call('ZRANGE', key('leases'), '-inf', '(' .. now, 'BYSCORE', 'LIMIT', 0, max)
if #ids == 0 then return withRecords(refuse({ '', {}, {} })) end

local fence = nextCounter .. '-' .. ARGV[1]
local careful = {}
for _, id in ipairs(ids) do
	local account, leaseEnd = unpack(redis.call('HMGET', key('job', id), 'account', 'leaseEnd'))
	if account then
		-- Somebody may come only long after the last worker that wanted it.
		local carefulUntil = tonumber(redis.call('HGET', key('account', account), 'carefulUntil') or 0)
		if carefulUntil > tonumber(leaseEnd) then careful[#careful + 1] = id end
		redis.call('HSET', key('job', id), 'fence', fence, 'leaseEnd', now + leaseMs)
		redis.call('ZADD', key('leases'), now + leaseMs, id)
	else
		-- Without a record (deleted by hand, evicted) it can neither be ended nor keep the others waiting.
		redis.call('ZREM', key('leases'), id)
	end
end
return withRecords(finish({ fence, ids, careful }))
