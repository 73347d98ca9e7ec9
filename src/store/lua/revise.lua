-- Changes a job on somebody's word or proof: requeue, update, cancel, verdict, late evidence.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] fields of the job after the change, JSON; `aliases` a list of ids; `owned` the fence it was seen with; `unasked` 1 when no person wants it; `renamed` 1
--   when its account goes on under its first name
-- ARGV[6] doc
-- ARGV[7] content, '' when it stays
-- ARGV[8] revision that was seen
-- ARGV[9] number of the last event that was seen
--
-- Returns [counter, now, [kind, id]]: revised with the job that lost its Pin or ''; moved; owned with the owner of an alias;
-- contested with the Pin's owner or ''; in_doubt with [cutAt, persistedAt, isFresh] of include/runs.lua when Redis may have forgotten that it was sent; media_missing;
-- missing. But for revised, nothing was changed.
-- @include begin
-- @include jobs
if replay then return replay end
local new = whole(cjson.decode(ARGV[5]))
local old = readJob(new.id)

local function otherOwner(alias)
	if redis.call('EXISTS', key('job', alias)) == 1 or redis.call('EXISTS', key('tomb', alias)) == 1 then
		return alias ~= new.id and alias
	end
	local owner = redis.call('GET', key('alias', alias))
	return owner and owner ~= new.id and owner
end

if not old then return refuse({ 'missing', '' }) end
local asSeen = old.rev == ARGV[8] and old.seq == ARGV[9] and old.fence == new.owned and old.state == new.from and old.edit == new.fromEdits
if not asSeen then return refuse({ 'moved', '' }) end
-- It lost a Pin, and has one of its own by now.
if old.state == 'succeeded' and new.state ~= 'succeeded' and ownerOf(old.pin) == new.id then return refuse({ 'moved', '' }) end
-- What its Pin looks like must stay known until it was looked for, however late that is. Nobody may be told that there will be none: while
-- everything is looked for it is not canceled, later only with the word that a Pin may exist. What no person has
-- asked for waits for the look in any case, as a send would.
local isDenied = new.event == 'job.updated' or new.event == 'job.canceled' and (lookUntil() > now or new.may == '')
	or new.unasked == '1'
local function isUnsure() return mayHaveLeft(old) or new.unasked == '1' and lookUntil() > now end
if isDenied and new.renamed == '' and isUnsure() then return refuse({ 'in_doubt', { cutAt, redis.call('HGET', KEYS[1], 'persistedAt') or 0, isFresh and 1 or 0 } }) end
for _, alias in ipairs(new.aliases) do
	local owner = otherOwner(alias)
	if owner then return refuse({ 'owned', owner }) end
end
local refusal = adoptionRefusal(new)
if refusal then return refuse({ 'contested', refusal }) end
-- To look for a Pin nobody needs its images.
if new.media ~= old.media and laneOf(new) ~= 'look' and not allMediaKept(new.media) then return refuse({ 'media_missing', '' }) end

local aliases = old.aliases == '' and {} or { old.aliases }
for _, alias in ipairs(new.aliases) do
	if alias ~= new.id and redis.call('SET', key('alias', alias), new.id, 'NX') then aliases[#aliases + 1] = alias end
end
new.created, new.ord, new.aliases = old.created, old.ord, table.concat(aliases, ',')
if laneOf(new) == 'publish' then new.due = onDiskAt(new.due) end
local displaced = apply(old, new, ARGV[6], ARGV[7], 0)
refreshLanes()
return finish({ 'revised', displaced })
