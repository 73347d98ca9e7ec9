// What Redis may have forgotten is looked for before anything is sent.
const lua = (name) => `src/store/lua/${name}.lua`;

export const tests = [
	'test/integration/store/lost-permit.test.ts', 'test/integration/store/by-hand.test.ts', 'test/integration/store/rollback.test.ts', 'test/integration/store/turns.test.ts',
	'test/integration/engine/forgotten.test.ts', 'test/integration/store/topologies.test.ts', 'test/simulation/model.test.ts',
];

export const mutants = [
	{ name: 'rollback: unnoticed', file: lua('include/begin'), find: `local rolledBack = counter < told`, replace: `local rolledBack = false` },
	{ name: 'rollback: over before the horizon', file: lua('include/begin'), find: `	quarantineUntil, isFresh = math.max(quarantineUntil, now + horizonMs), true`, replace: `	quarantineUntil, isFresh = math.max(quarantineUntil, now + horizonMs / 2), true` },
	{ name: 'rollback: who lost something says that all is well', file: lua('attach'), find: `if isMissingSome() then rollBack() else`, replace: `if false then rollBack() else` },
	{ name: 'quarantine: the permit ignores it', file: lua('begin-send'), find: `	if lookUntil() > now and job.look ~= '1' then return 'look_first' end\n`, replace: '' },
	{ name: 'quarantine: the claim does not tell of it', file: lua('claim'), find: `local lookFrom = isLooking and persistedAt or ''`, replace: `local lookFrom = ''` },
	{ name: 'quarantine: what outlasts it is sent without a look', file: lua('claim'), find: `local cut = cutAt > 0 and {`, replace: `local cut = isLooking and cutAt > 0 and {` },
	{ name: 'quarantine: the worker does not look', file: 'src/work/attempts.ts', find: `const unseen = lookFrom === null ? job :`, replace: `const unseen = lookFrom === null || account ? job :` },
	{ name: 'quarantine: what the look before the send saw is not kept', file: 'src/work/attempts.ts', find: `return { ...job, ...withLook(job, outcome, this.parts) };`, replace: `return job;`, first: ['test/integration/work/attempts.test.ts'] },
	{ name: 'quarantine: only Pins since the enqueue are seen', file: 'src/work/attempts.ts', find: `Math.min(job.createdAt, lookFrom)`, replace: `job.createdAt` },
	{ name: 'restart: never suspected', file: lua('include/runs'), find: `if lastRun and isNewRun then suspectRestart() end`, replace: '' },
	{ name: 'restart: a file synced each second is trusted', file: lua('include/runs'), find: `if isWhole and durability == 'always' then return end`, replace: `if isWhole and durability ~= 'none' then return end` },
	{ name: 'restart: a file synced always is suspected', file: lua('include/runs'), find: `if isWhole and durability == 'always' then return end`, replace: '' },
	{ name: 'restart: a replica that took over is trusted', first: ['test/integration/store/topologies.test.ts'], file: lua('include/runs'), find: `local isWhole = isOnAppendOnlyFile() and not tookOver()`, replace: `local isWhole = isOnAppendOnlyFile()` },
	{ name: 'restart: the first worker that is back speaks for all', file: lua('attach'), find: `	setAwaited(rest)\n	-- This`, replace: `	rest = {}\n	setAwaited(rest)\n	-- This` },
	{ name: 'restart: a harmless one forgets an earlier loss', file: lua('attach'), find: `cutAt, isFresh = cutBefore, freshBefore`, replace: `cutAt, isFresh = 0, false` },
	{ name: 'restart: a harmless one leaves an earlier loss to one look', file: lua('attach'), find: `cutAt, isFresh = cutBefore, freshBefore`, replace: `cutAt, isFresh = cutBefore, false` },
	{ name: 'quarantine: what outlasts it is sent after one look', file: lua('claim'), find: `isFresh and 1 or 0`, replace: `isFresh and isLooking and 1 or 0` },
	{ name: 'restart: nobody is waited for before the first permit', file: lua('begin-send'), find: `	if pendingMs() > 0 then return 'pending' end\n`, replace: '' },
	{ name: 'restart: a permit before its worker is sure to be on disk', file: lua('begin-send'), find: `	if permitWaitMs(ARGV[5]) > 0 then return 'unregistered' end\n`, replace: '' },
	{ name: 'restart: a young registration is taken for an old one', file: lua('include/runs'), find: `	for _, worker in ipairs(young) do redis.call('HSET', key('worker', worker), 'since', wall) end\n`, replace: '' },
	{ name: 'restart: a second one hides what the first had lost', file: lua('include/runs'), find: `if wasLookingUntil <= now then redis`, replace: `if true then redis` },
	{ name: 'failover: a job is sent before the replicas have it', first: ['test/integration/store/topologies.test.ts'], file: lua('include/runs'), find: ` or infoOf('replication', 'connected_slaves') ~= '0' end`, replace: ` end` },
	{ name: 'cut: what may have been sent is changed by hand', file: lua('revise'), find: `return mayHaveLeft(old) or`, replace: `return` },
	{ name: 'cut: what came later cannot be changed by hand', file: lua('include/runs'), find: `return tonumber(job.created) <= cutAt and tonumber(job.due) <= cutAt`, replace: `return cutAt > 0` },
	{ name: 'cut: what was not looked for yet is updated past the horizon', file: lua('revise'), find: `local isDenied = new.event == 'job.updated' or`, replace: `local isDenied = new.event == 'job.updated' and lookUntil() > now or` },
	{ name: 'cut: what may have been sent is canceled as if it had not', file: lua('revise'), find: ` or new.may == '')`, replace: `)` },
	{ name: 'cut: what may have been sent ends with its time, without a look', file: lua('revise'), find: `\n	or new.unasked == '1'\n`, replace: `\n`, first: ['test/integration/store/deadlines.test.ts'] },
	{ name: 'cut: what came again since ends with its time, without a look', file: lua('revise'), find: ` or new.unasked == '1' and lookUntil() > now end`, replace: ` end`, first: ['test/integration/store/deadlines.test.ts'] },
	{ name: 'cut: a renamed account keeps its jobs from going on', file: lua('revise'), find: `isDenied and new.renamed == '' and`, replace: `isDenied and` },
	{ name: 'clock: goes back', file: lua('include/begin'), find: `local now = math.max(wall, tonumber(meta[2] or 0))`, replace: `local now = wall` },
];
