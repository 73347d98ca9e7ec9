// Failure queues: what people do with them, and what a correction is looked at for.
const lua = (name) => `src/store/lua/${name}.lua`;
const unit = ['test/unit/job/handling.test.ts', 'test/unit/job/failure-group.test.ts', 'test/unit/job/preflight.test.ts', 'test/unit/job/preview.test.ts'];
const store = ['test/integration/store/handling.test.ts'];
const desk = ['test/integration/engine/failure-desk.test.ts'];
const checks = ['test/integration/engine/board-check.test.ts', 'test/integration/engine/media-check.test.ts', 'test/unit/work/media-check.test.ts'];
const bulk = ['test/integration/engine/failures.test.ts'];
const nodes = ['test/integration/nodes/holds.test.ts'];

export const tests = [...unit, ...store, ...desk, ...checks, ...bulk, ...nodes];

export const mutants = [
	{ name: 'groups: the first failure is not kept', file: lua('include/jobs'), find: `if redis.call('HINCRBY', key('groups'), job.group, 1) == 1 then\n		redis.call('HSET'`, replace: `redis.call('HSET', key('causes'), job.group, job.groupEvent)\n	if redis.call('HINCRBY', key('groups'), job.group, 1) == 1 then\n		redis.call('HSET'`, first: store },
	{ name: 'groups: a cause outlives its last failure', file: lua('include/jobs'), find: `	redis.call('HDEL', key('causes'), job.group)\n`, replace: '', first: store },
	{ name: 'groups: the recent ones are all', file: 'src/store/job-list.ts', find: `'snoozed'], at)`, replace: `'snoozed'], 0)`, first: store },
	{ name: 'groups: what is snoozed counts as news', file: 'src/store/job-list.ts', find: `for (const { id } of asleep) ids.delete(id);`, replace: '', first: store },
	{ name: 'groups: a snooze outlives its failure', file: lua('include/jobs'), find: `		redis.call('ZREM', key('snoozed'), new.id)\n`, replace: '', first: store },
	{ name: 'health: a Pin in doubt is told of at once', file: 'src/work/findings.ts', find: `now - oldestAt <= doubtMs`, replace: `now - oldestAt <= 0`, first: ['test/unit/work/findings.test.ts'] },
	{ name: 'health: says of what is wrong that it is well, too', file: 'src/work/findings.ts', find: `return found.length > 0 ? found : [{`, replace: `return found.length > 8 ? found : [...found, {`, first: ['test/unit/work/findings.test.ts'] },
	{ name: 'rights: what a server refuses counts as allowed', file: lua('rights'), find: `if isKnown then return not isAllowed end`, replace: `if isKnown then return false end`, first: ['test/integration/store/topologies.test.ts'] },
	{ name: 'health: warns of what is snoozed', file: 'src/work/findings.ts', find: `failures[queue] - snoozed.failures[queue]`, replace: `failures[queue]`, first: bulk },
	{ name: 'edits: ignored, so that a word is lost', file: lua('revise'), find: ` and old.edit == new.fromEdits`, replace: '', first: store },
	{ name: 'edits: only what people do counts', file: 'src/job/change.ts', find: `before.edits + (isEvent ? 0 : 1)`, replace: `before.edits + (isEvent || after.handling === undefined ? 0 : 1)`, first: store },
	{ name: 'records: those of an earlier version cannot be shown', file: 'src/store/codec.ts', find: `{ ...SINCE_SNOOZES, ...doc.queue }`, replace: `{ ...doc.queue }`, first: store },
	{ name: 'resolve: leaves the failure in its queue', file: 'src/job/handling.ts', find: `case 'resolve': return { queue: null, groupKey: null };`, replace: `case 'resolve': return {};` },
	{ name: 'resolve: closes what may exist', file: 'src/job/handling.ts', find: `case 'resolve': return job.inDoubt ?`, replace: `case 'resolve': return job.mayExist ?` },
	{ name: 'snooze: hides for ever', file: 'src/store/job-list.ts', find: `(queue?.snoozedUntil ?? 0) <= awakeAt`, replace: `(queue?.snoozedUntil ?? null) === null`, first: bulk },
	{ name: 'claim: taken from whoever has it', file: 'src/job/handling.ts', find: `if (has === null || has === wants || takeOver) return null;`, replace: `return null;` },
	{ name: 'handling: the oldest is kept, the newest cut', file: 'src/job/handling.ts', find: `handling: all.slice(cut)`, replace: `handling: all.slice(0, KEPT)` },
	{ name: 'release: who met the hold waits for its own end', file: 'src/work/pacing.ts', find: `			await this.parts.goOnAfter(released);\n`, replace: '', first: nodes },
	{ name: 'preflight: not asked', file: 'src/work/desk.ts', find: `refusalOf(await preflight.problems(job, decided.change.job), job.id)`, replace: `refusalOf([], job.id)`, first: bulk },
	{ name: 'preflight: the worker is not asked for a new list', file: 'src/work/place-check.ts', find: `		await this.parts.askForBoards(account);\n`, replace: '', first: desk },
	{ name: 'enqueue: the board of a known key is asked for', file: 'src/work/first-look.ts', find: `jobs.filter((_, i) => !known[i])`, replace: `jobs`, first: ['test/integration/engine/board-check.test.ts'] },
	{ name: 'enqueue: an image that nobody could look at is refused', file: 'src/job/preflight.ts', find: `if (!problem || isProven(url, probed))`, replace: `if (!problem || problem)`, first: ['test/unit/job/preflight.test.ts'] },
	{ name: 'preflight: what did not change is judged too', file: 'src/job/preflight.ts', find: `is.boardId !== will.boardId || is.sectionId !== will.sectionId`, replace: `is.boardId !== null` },
	{ name: 'preflight: a section is not looked at', file: 'src/job/preflight.ts', find: `if (content.sectionId === null || board.sections.length === 0 ||`, replace: `if (content.sectionId !== undefined ||` },
	{ name: 'probe: a redirect leads into the own network', file: 'src/publish/guarded-get.ts', find: `const forbidden = guard.refusesHost(url);`, replace: `const forbidden = hops > 0 ? null : guard.refusesHost(url);`, first: ['test/integration/publish/image-probe.test.ts'] },
	{ name: 'bulk: what was refused counts as progress', file: lua('keep-bulk'), find: `for _, job in ipairs(leaving) do redis.call('SREM', key('bulkjobs', id), job) end\n`, replace: '', first: ['test/integration/engine/bulk-requeue.test.ts'] },
	{ name: 'bulk: is done when all is put back', file: 'src/work/bulk-requeue.ts', find: `requeued + refused >= total && ended >= requeued`, replace: `requeued + refused >= total`, first: ['test/integration/engine/bulk-requeue.test.ts'] },
	{ name: 'incident: an app that is not approved is held once an account', file: 'src/work/keeper.ts', find: `APP_HOLDS.includes(kind) ? APP : kept.account.account`, replace: `kept.account.account`, first: ['test/integration/engine/token-checks.test.ts'] },
	{ name: 'health: unmapped answers are not counted', file: 'src/work/findings.ts', find: `cause.startsWith('unmapped|')`, replace: `cause === 'unmapped'`, first: ['test/integration/engine/unmapped.test.ts'] },
	{ name: 'preview: forgets the last tries', file: 'src/job/preview.ts', find: `if (job.state === 'failed') return`, replace: `if (job.state === 'failed' || steps.length > 5) return` },
];
