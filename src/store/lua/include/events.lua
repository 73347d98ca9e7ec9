-- Writes events into the log, in the script of the change they tell of.
--
-- events STREAM   id, type, at, account and: of a job its number, its fields and the doc as of now; of an account the incident
-- The id comes from the operation, so that no rollback can give it to another event.
local function eventId(subject, eventType)
	return 'evt_' .. string.sub(redis.sha1hex(ARGV[1] .. ':' .. subject .. ':' .. eventType), 1, 26)
end

local function writeJobEvent(eventType, job, doc)
	redis.call('XADD', key('events'), nowText .. '-*',
		'id', eventId(job.id, eventType), 'type', eventType, 'at', nowText, 'account', job.account, 'job', job.id,
		'seq', job.seq, 'rev', job.rev, 'state', job.state, 'phase', job.phase, 'due', job.due, 'n', job.n,
		'started', job.started, 'finished', job.finished, 'doc', doc)
	wake('events')
end

local function writeAccountEvent(eventType, account, subject, incident)
	local id = eventId(subject, eventType)
	redis.call('XADD', key('events'), nowText .. '-*',
		'id', id, 'type', eventType, 'at', nowText, 'account', account, 'incident', incident)
	wake('events')
	return id
end
