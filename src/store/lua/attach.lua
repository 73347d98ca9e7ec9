-- Greets a namespace after each (re)connect: notices a restart that may have lost acknowledged writes.
--
-- KEYS[1] meta    HASH    version, runs, persistedAt, quarantineUntil, quarantineCause, quarantineRun, amnestyAt …
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] version of the records this caller writes
-- ARGV[6] '1' when the server syncs every write to disk before it answers
-- ARGV[7] ms: nobody wrote for longer than this means that Redis was away from all
-- ARGV[8] run id that this caller greeted before, '' at its first time
--
-- Returns [counter, now, [quarantineUntil, run id]]; the error NEWER when a newer version wrote here.
-- @include begin
if replay then return replay end
local MOST_RUNS = 10
local version, everyWrite, awayMs, greeted = tonumber(ARGV[5]), ARGV[6] == '1', tonumber(ARGV[7]), ARGV[8]
-- Asked here and not by the caller: on a Cluster only this is sure to be the node that holds the namespace.
local info = redis.pcall('INFO', 'server')
local runId = type(info) == 'string' and string.match(info, 'run_id:(%w+)') or ''
local known = redis.call('HMGET', KEYS[1], 'version', 'runs', 'quarantineCause', 'quarantineRun')

if tonumber(known[1] or 0) > version then
	return { err = 'NEWER this namespace was written by version ' .. known[1] }
end

-- runs: the latest runs of the server, each with the counter it began with, as run:counter,run:counter
local runs = {}
for id, began in string.gmatch(known[2] or '', '(%w*):(%d+)') do runs[#runs + 1] = { id = id, began = tonumber(began) } end
local last = runs[#runs]
local restarted = last and last.id ~= runId
if not last or restarted then
	runs[#runs + 1] = { id = runId, began = counter }
	-- Of what was written after this, nothing may be left: a job that comes anew may have had its Pin since then.
	redis.call('HSET', KEYS[1], 'persistedAt', meta[2] or 0)
end
if #runs > MOST_RUNS then table.remove(runs, 1) end

-- What a later run began with tells more than the counter of now: others may have written on after the loss.
local function lostSince(run)
	for i = #runs, 1, -1 do
		if runs[i].id == run then return false end
		if runs[i].began < told then return true end
	end
	return false
end
local returning = greeted ~= '' and greeted ~= runId
if returning and lostSince(greeted) then
	rolledBack = true
	quarantineUntil = math.max(quarantineUntil, now + tonumber(ARGV[4]))
end

-- A caller that greeted another run and finds all it was told has lived through the restart.
local witnessed = returning and not rolledBack
if restarted and not witnessed and not everyWrite and not rolledBack then
	quarantineUntil = math.max(quarantineUntil, now + tonumber(ARGV[4]))
	redis.call('HSET', KEYS[1], 'quarantineUntil', quarantineUntil, 'quarantineCause', 'unwitnessed', 'quarantineRun', runId)
elseif witnessed and known[3] == 'unwitnessed' and known[4] == runId then
	quarantineUntil = 0
	redis.call('HDEL', KEYS[1], 'quarantineUntil', 'quarantineCause', 'quarantineRun')
end

-- Owners could not prolong their leases while Redis was away: they get the time of one lease to do so.
if told > 0 and now - tonumber(meta[2] or now) > awayMs then redis.call('HSET', KEYS[1], 'amnestyAt', now) end

local written = {}
for _, run in ipairs(runs) do written[#written + 1] = run.id .. ':' .. run.began end
redis.call('HSET', KEYS[1], 'version', version, 'runs', table.concat(written, ','))
return finish({ quarantineUntil, runId })
