// What an outcome makes of a job.
export const tests = [
	'test/unit/job/transition.test.ts', 'test/unit/job/look.test.ts', 'test/unit/job/reconcile-plan.test.ts', 'test/unit/job/failures.test.ts',
	'test/unit/job/classify.test.ts', 'test/unit/job/backoff.test.ts', 'test/unit/job/rate-headers.test.ts', 'test/unit/job/corrections.test.ts',
	'test/unit/job/invariants.test.ts', 'test/integration/engine/publishing.test.ts',
];

const file = (name) => `src/job/${name}.ts`;

export const mutants = [
	{ name: 'doubt: a 5xx was not sent', file: file('failure-rows/network'), find: `status: [408, 408] }],\n		outcome: 'unknown'`, replace: `status: [408, 408] }],\n		outcome: 'not_sent'` },
	{ name: 'doubt: a lease lost after the permit is sent again', file: file('transition'), find: `	if (afterPermit) {`, replace: `	if (afterPermit && job.inDoubt) {` },
	{ name: 'doubt: ends with a later refusal', file: file('transition'), find: `	if (job.inDoubt) return intoDoubt(job, outcome, job.inDoubt.sendBy, terms);\n`, replace: '' },
	{ name: 'doubt: begins at the last attempt, not the first', file: file('doubt'), find: `Math.min(job.createdAt, job.attemptHistory[0]?.startedAt ?? now, job.startedAt ?? now)`, replace: `job.startedAt ?? now` },
	{ name: 'doubt: the send deadline is now', file: file('doubt'), find: `Math.max(earlier?.sendBy ?? 0, sendBy)`, replace: `now` },
	{ name: 'absence: proven by one scan', file: file('reconcile-plan'), find: `		&& absentScansAfter(doubt, outcome) >= policy.absentScans\n`, replace: '' },
	{ name: 'absence: proven before the horizon', file: file('reconcile-plan'), find: `outcome.evidence.at >= doubt.sendBy + policy.horizonMs`, replace: `outcome.evidence.at >= doubt.sendBy` },
	{ name: 'absence: scans begun before the send deadline count', file: file('reconcile-plan'), find: ` && outcome.evidence.at >= doubt.sendBy;`, replace: `;` },
	{ name: 'absence: incomplete scans prove it', file: file('reconcile-plan'), find: `const unreadable = !scan.complete && `, replace: `const unreadable = false && ` },
	{ name: 'absence: what was seen once does not count', file: file('reconcile-plan'), find: `if (outcome.kind === 'ambiguous' || outcome.kind === 'contested') return 0;`, replace: '' },
	{ name: 'absence: sent again for ever', file: file('look'), find: `job.used.afterAbsence >= policy.resendsAfterAbsence`, replace: `job.used.afterAbsence > policy.resendsAfterAbsence` },
	{ name: 'absence: an account that never sends again does', file: file('look'), find: `if (policy.neverResend) return`, replace: `if (false) return` },
	{ name: 'scan: an owned Pin is a candidate', file: file('reconcile-plan'), find: `owner === undefined || owner === job.id`, replace: `true` },
	{ name: 'scan: the first of several candidates is taken', file: file('reconcile-plan'), find: `if (candidates.length > 1) return`, replace: `if (candidates.length > 2) return` },
	{ name: 'scan: a Pin older than the job is taken', file: file('natural-key'), find: `if (createdAt !== null && createdAt < notBefore) return false;`, replace: '' },
	{ name: 'plan: looks for ever', file: file('reconcile-plan'), find: `return doubt.step >= policy.lookAtMs.length + (mayClear ? EXTRA_LOOKS : 0);`, replace: `return false;` },
	{ name: 'retry: one try more', file: file('retry-plan'), find: `	const n = (job.used.classes[name] ?? 0) + 1;\n	if (n > rule.attempts) return null;`, replace: `	const n = (job.used.classes[name] ?? 0) + 1;\n	if (n > rule.attempts + 1) return null;` },
	{ name: 'retry: one try less', file: file('retry-plan'), find: `	const n = (job.used.classes[name] ?? 0) + 1;\n	if (n > rule.attempts) return null;`, replace: `	const n = (job.used.classes[name] ?? 0) + 1;\n	if (n >= rule.attempts) return null;` },
	{ name: 'retry: no jitter', file: file('backoff'), find: `Math.round(full / 2 + (random() * full) / 2)`, replace: `Math.round(full)` },
	{ name: 'hold: Retry-After ignored', file: file('retry-plan'), find: `until: facts.waitMs === null ? grown(policy.retryLater) : now + headerWaitMs(facts.waitMs, random)`, replace: `until: grown(policy.retryLater)` },
	{ name: 'hold: uses up a try', file: file('transition'), find: `{ ...tried, used: withCode(job, row.code) }`, replace: `{ ...tried, used: nextTry(job, row, terms)?.used ?? withCode(job, row.code) }` },
	{ name: 'hold: a 429 fails the job', file: file('transition'), find: `	if (row.hold) return held(job, failure, tried, terms);\n`, replace: `	if (row.hold && row.class !== 'retry_later') return held(job, failure, tried, terms);\n` },
	{ name: 'deadline: ignored before sending', file: file('deadline'), find: `if (now <= deadlineOf(job, policy)) return null;`, replace: `return null;`, first: ['test/unit/job/transition.test.ts'] },
	{ name: 'deadline: ignored while waiting for the next try', file: file('transition'), find: `if (dueAt > deadlineOf(job, terms.policy)) {`, replace: `if (false) {` },
	{ name: 'deadline: ignored once a doubt is over', file: file('look'), find: `if (dueAt > deadlineOf(job, policy)) return`, replace: `if (false) return` },
	{ name: 'poison: never', file: file('transition'), find: `if (lostLeases < terms.policy.poisonLeases) return giveBack`, replace: `if (true) return giveBack` },
	{ name: 'poison: one lost lease early', file: file('transition'), find: `const lostLeases = job.lostLeases + 1;`, replace: `const lostLeases = job.lostLeases + 2;` },
	{ name: 'answer: a 2xx without an id is a success', file: file('classify'), find: `return typeof id === 'number' && Number.isSafeInteger(id) && id > 0 ? String(id) : null;`, replace: `return String(id);` },
	{ name: 'answer: a cut body is taken', file: file('classify'), find: `!call.complete || (call.status !== 200`, replace: `(call.status !== 200` },
	{ name: 'verdict: cancel while a Pin may exist', file: file('corrections'), find: `	if (job.inDoubt || job.mayExist) return refused(job, 'job_in_doubt', 'A Pin may`, replace: `	if (job.mayExist) return refused(job, 'job_in_doubt', 'A Pin may` },
	{ name: 'verdict: requeue while a Pin may exist', file: file('corrections'), find: `	if (job.inDoubt || job.mayExist) {`, replace: `	if (job.inDoubt) {` },
	{ name: 'verdict: automatic requeues without end', file: file('corrections'), find: `actor.automatic && job.requeues >= policy.requeueCap`, replace: `false` },
];
