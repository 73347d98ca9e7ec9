// What is written of a job, and under which keys it is found.
const lua = (name) => `src/store/lua/${name}.lua`;

export const tests = [
	'test/integration/store/revise.test.ts', 'test/integration/store/displaced.test.ts', 'test/integration/store/turns.test.ts', 'test/integration/store/media.test.ts', 'test/integration/store/settle.test.ts', 'test/integration/store/accounts.test.ts',
	'test/integration/store/repeat.test.ts', 'test/integration/store/random.test.ts', 'test/simulation/model.test.ts',
];

const outages = ['test/integration/store/outages.test.ts'];
const engine = ['test/integration/engine/publishing.test.ts'];

export const mutants = [
	{ name: 'media: bytes that are gone are counted off', file: lua('include/media'), find: `if bytes > 0 then redis.call('HINCRBY', KEYS[1], 'mediaBytes', -bytes) end`, replace: `redis.call('HINCRBY', KEYS[1], 'mediaBytes', -bytes)` },
	{ name: 'replay: applied twice', file: lua('include/begin'), find: `local replay = redis.call('GET', opKey)`, replace: `local replay = false` },
	{ name: 'replay: forgotten before the call is given up', file: lua('include/begin'), find: `local ANSWER_KEPT_MS = 120000`, replace: `local ANSWER_KEPT_MS = 5` },
	{ name: 'replay: a repeated claim is a new one', file: lua('claim'), find: `if replay then return withRecords(replay, recordOf) end`, replace: '', first: outages },
	{ name: 'replay: a repeated settle is refused', file: lua('settle'), find: `if replay then return replay end`, replace: '', first: outages },
	{ name: 'counter: not bumped', file: lua('include/begin'), find: `math.max(counter, told) + 1`, replace: `math.max(counter, told)` },
	{ name: 'sequence: not bumped by a claim', file: lua('claim'), find: `textOf(job.n + 1), textOf(job.seq + 1)`, replace: `textOf(job.n + 1), job.seq` },
	{ name: 'sequence: bumped without an event', file: lua('claim'), find: `writeJobEvent('job.running', job, take(job, start, turn))`, replace: `take(job, start, turn)` },
	{
		name: 'event: written beside the script',
		edits: [
			{ file: lua('include/jobs'), find: `	if new.event ~= '' then writeJobEvent(new.event, new, doc) end\n`, replace: '' },
			{
				file: 'src/store/job-store.ts', find: `		const answers = await this.namespace.run<[string, string][]>('settle', [this.policy.boardGapMs, ...args]);`,
				replace: `		const answers = await this.namespace.run<[string, string][]>('settle', [this.policy.boardGapMs, ...args]);
		for (const { change: { job, event } } of items) await this.namespace.read((client) => client.xadd(this.namespace.key('events'), '*', 'id', \`evt_\${job.id}_\${job.seq}\`, 'type', event ?? '', 'at', this.namespace.now(), 'account', job.account, 'job', job.id, 'seq', job.seq, 'rev', job.revision, 'state', job.state, 'phase', job.phase ?? '', 'due', job.dueAt ?? '', 'n', job.attempts, 'started', '', 'finished', job.finishedAt ?? '', 'doc', docOf(job)));`,
			},
		],
	},
	{ name: 'event: its id is chance', file: lua('include/events'), find: `redis.sha1hex(ARGV[1] .. ':' .. subject .. ':' .. eventType)`, replace: `redis.sha1hex(now .. subject .. eventType)` },
	{ name: 'enqueue: tombstone ignored', file: lua('enqueue'), find: `if redis.call('EXISTS', key('tomb', id)) == 1 then return 'tombstone', id end`, replace: '' },
	{ name: 'enqueue: alias not followed', file: lua('enqueue'), find: `if alias then return ownerOfKey(alias) end`, replace: '' },
	{ name: 'enqueue: contents not compared', file: 'src/work/intake.ts', find: `if (fields.length === 0) return`, replace: `if (fields.length >= 0) return`, first: ['test/integration/nodes/publish-job.test.ts'] },
	{ name: 'deadlines: a job stays in their index while it is claimed', file: lua('include/lanes'), find: `	redis.call('ZREM', key('deadlines'), job.id)\n`, replace: ``, first: ['test/integration/store/deadlines.test.ts'] },
	{ name: 'deadlines: jobs in doubt stand in their index', file: lua('include/lanes'), find: `return lane and lane ~= 'look' and`, replace: `return lane and`, first: ['test/integration/store/deadlines.test.ts'] },
	{ name: 'revise: the number seen is ignored', file: lua('revise'), find: ` and old.seq == ARGV[9]`, replace: '' },
	{ name: 'revise: the revision seen is ignored', file: lua('revise'), find: `old.rev == ARGV[8] and `, replace: '' },
	{ name: 'revise: a job that somebody works on', file: lua('revise'), find: ` and old.fence == new.owned`, replace: '' },
	{ name: 'revise: an alias is taken from its owner', file: lua('revise'), find: `if owner then return refuse({ 'owned', owner }) end`, replace: '' },
	{ name: 'requeue: loses the alias', file: lua('revise'), find: `if alias ~= new.id and redis.call('SET', key('alias', alias), new.id, 'NX') then`, replace: `if alias ~= new.id then` },
	{ name: 'requeue: loses the key', first: ['test/unit/job/corrections.test.ts'], edits: [
		{ file: 'src/job/corrections.ts', find: `...request, revision, revisions`, replace: `...request, id: keyOf(request), revision, revisions` },
		{ file: 'src/job/corrections.ts', find: `import { derivedIds }`, replace: `import { derivedIds, keyOf }` },
	] },
	{ name: 'requeue: claims no alias for the corrected content', file: 'src/job/corrections.ts', find: `'job.requeued'), aliases: derivedIds(parsed.request, job.id) }`, replace: `'job.requeued'), aliases: [] }`, first: ['test/unit/job/corrections.test.ts', ...engine] },
	{ name: 'purge: leaves no tombstone', file: lua('purge'), find: `	redis.call('SET', key('tomb', id), remainsOf(job), 'PX', keepMs)\n`, replace: '' },
	{ name: 'purge: anybody may take the Pin', file: lua('purge'), find: `	redis.call('SADD', grave, job.pin)\n`, replace: '', first: ['test/integration/store/revise.test.ts'] },
	{ name: 'purge: a buried Pin is known for a year', file: lua('include/pins'), find: `for yearsAgo = 0, GRAVES.keptYears do`, replace: `for yearsAgo = 0, 1 do`, first: ['test/integration/store/revise.test.ts'] },
	{ name: 'purge: open failures go', file: lua('include/jobs'), find: `(job.state == 'failed' and job.queue == '')`, replace: `job.state == 'failed'` },
	{ name: 'failures: every one of a cause is announced', file: lua('include/jobs'), find: `redis.call('HINCRBY', key('groups'), job.group, 1) == 1`, replace: `redis.call('HINCRBY', key('groups'), job.group, 1) >= 1` },
	{ name: 'media: freed while another job needs it', file: lua('include/media'), find: `if redis.call('EXISTS', key('mediarefs', sha)) == 0 then dropMedia(sha) end`, replace: `dropMedia(sha)` },
	{ name: 'media: an image that stays in a corrected carousel is freed', file: lua('include/jobs'), find: `if not stays[sha] then unreferMedia(sha, old.id) end`, replace: `unreferMedia(sha, old.id)` },
	{ name: 'media: of the images of a carousel one is enough', file: lua('include/media'), find: `if not mediaKept(sha) then return false end`, replace: `if not mediaKept(sha) then return _ > 1 end` },
	{ name: 'media: freed with a failure that may be requeued', file: lua('include/jobs'), find: `	if old and old.media == new.media then return end`, replace: `	if new.state == 'failed' and new.media ~= '' then unreferMedia(new.media, new.id) end\n	if old and old.media == new.media then return end` },
	{ name: 'media: the cap of the namespace is ignored', file: lua('put-media'), find: `if not known and used + #bytes > cap then return refuse({ 'full' }) end`, replace: '' },
];
