-- Ends attempts and looks: applies each transition, if the caller's fence still stands. A lease that ran out does not matter.
--
-- KEYS[1] meta
-- ARGV[1..4]      see include/begin.lua
-- ARGV[5] ms between two writes to one board
-- ARGV[6..] two for each job: its fields as JSON (with `owned`, the fence; without where it belongs, which stays), its doc
--
-- Returns [counter, now, [[kind, id] …]]: settled with the job that lost its Pin or ''; lease_lost; contested with the owner
-- or '' for a twin; broken when the change does not follow from the record.
-- @include begin
-- @include jobs
if replay then return replay end
local gapMs = tonumber(ARGV[5])

local function follows(old, new)
	local events = new.event == '' and 0 or 1
	return old.state == new.from and tonumber(new.seq) == old.seq + events and old.rev == new.rev
end

local function settle(new, doc)
	local old = readJob(new.id)
	if not old or old.fence == '' or old.fence ~= new.owned then return { 'lease_lost', '' } end
	whole(new, old)
	if not follows(old, new) then return { 'broken', old.state .. ' ' .. old.seq } end
	local owner = adoptionRefusal(new)
	if owner then return { 'contested', owner } end
	-- The proof of absence must not be lost together with the next permit: the older doubt would prove it again at once.
	-- Nor that its video is ready: what stood at a step of its video when Redis was cut off cannot have been sent (runs.lua).
	if (old.doubt ~= '' or old.phase == 'media') and laneOf(new) == 'publish' then new.due = onDiskAt(new.due) end
	return { 'settled', apply(old, new, doc, '', gapMs) }
end

local answers, changed = {}, false
for i = 6, #ARGV, 2 do
	local answer = settle(cjson.decode(ARGV[i]), ARGV[i + 1])
	changed = changed or answer[1] == 'settled'
	answers[#answers + 1] = answer
end
if not changed then return refuse(answers) end
refreshLanes()
return finish(answers)
