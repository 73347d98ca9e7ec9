// What leaves for Pinterest, what is read there, and what the worker does with it.
export const tests = [
	'test/integration/publish/publisher.test.ts', 'test/integration/publish/reconcile.test.ts', 'test/integration/publish/https-call.test.ts',
	'test/unit/publish/pages.test.ts', 'test/unit/publish/answers.test.ts', 
	'test/integration/engine/publishing.test.ts', 'test/integration/engine/own-trouble.test.ts', 'test/integration/engine/token-checks.test.ts',
];

const work = ['test/integration/work/attempts.test.ts', 'test/simulation/interleavings.test.ts'];

export const mutants = [
	{ name: 'send: no check before the write', file: 'src/publish/publisher.ts', find: `elapsedMs() < grant.budgetMs * SENDING_SHARE`, replace: `elapsedMs() >= 0` },
	{ name: 'send: the check trusts the steady clock alone', file: 'src/publish/publisher.ts', find: `Math.max(monotonic() - started, wallClock() - startedAt)`, replace: `monotonic() - started` },
	{ name: 'send: permit ignored', file: 'src/publish/publisher.ts', find: `		if (!grant) return null;\n		const before`, replace: `		if (!grant) return call.send({ before: () => true, deadlineMs: 1000 });\n		const before` },
	{ name: 'send: permit asked before the connection is up', file: 'src/publish/publisher.ts', find: `		const call = await client.preparePin(token.value, body.value);`, replace: `		await this.parts.permit(1);\n		const call = await client.preparePin(token.value, body.value);` },
	{ name: 'send: a reset after the first byte was not sent', file: 'src/publish/https-call.ts', find: `			this.reached = 'sent';\n`, replace: '' },
	{ name: 'look: stops at page one', file: 'src/publish/pages.ts', find: `		if (bookmark === null) return`, replace: `		if (bookmark === null || pages === 1) return` },
	{ name: 'look: a page that fails ends the listing well', file: 'src/publish/pages.ts', find: `ended: { kind: 'failed', failure: page.failure } }`, replace: `ended: { kind: 'complete' } }` },
	{ name: 'look: a listing in circles is whole', file: 'src/publish/pages.ts', find: `ended: { kind: 'repeated' } }`, replace: `ended: { kind: 'complete' } }` },
	{ name: 'look: sections are skipped', file: 'src/publish/reconcile.ts', find: `const scan = sectionId === null ? board.scan`, replace: `const scan = sectionId !== undefined ? board.scan` },
	{ name: 'look: a page that nobody asked for counts as a look', file: 'src/publish/reconcile.ts', find: `if (!isPutOff(outcome)) seen.set`, replace: `seen.set` },
	{ name: 'look: pages beyond the first take no slot', file: 'src/publish/pinterest-client.ts', find: `asked.method === 'GET' && tokens.paced?.reads ?`, replace: `asked.method !== 'GET' && tokens.paced?.reads ?` },
	{ name: 'look: owners are not asked', file: 'src/publish/reconcile.ts', find: `candidates.length === 0 ? new Map`, replace: `candidates.length >= 0 ? new Map` },
	{ name: 'late evidence: dropped', file: 'src/work/settling.ts', find: `if (answer.kind === 'lease_lost' && pin?.by === 'answer')`, replace: `if (answer === null)`, first: work },
	{ name: 'contested: the adopter takes the refusal for a success', file: 'src/work/attempts.ts', find: `=== 'contested') await this.end(`, replace: `=== '') await this.end(`, first: work },
	{ name: 'drain: permits are still asked', file: 'src/work/attempts.ts', find: `this.draining || this.left.has(account.account) ?`, replace: `this.left.has(account.account) ?`, first: work },
	{ name: 'drain: permits are still asked for an account that was taken off', file: 'src/work/attempts.ts', find: `this.draining || this.left.has(account.account) ?`, replace: `this.draining ?`, first: work },
	{ name: 'drain: what an account sent is not waited for', file: 'src/crew.ts', find: `await atMost(this.parts.settings.policy.sendBudgetMs + ANSWERED_MS, [this.endServing(label)]);`, replace: `void this.endServing(label);`, first: ['test/integration/engine/publishing.test.ts'] },
	{ name: 'drain: what was not sent is kept until its lease ends', file: 'src/work/attempts.ts', find: ` && await this.parts.store.giveBack(job)) return;`, replace: ` && outcome.kind !== 'not_sent') return;`, first: work },
	{ name: 'settle: forgotten when Redis is away', file: 'src/work/settling.ts', find: `if (this.draining || !isEngineError(error)) throw error;`, replace: `throw error;`, first: work },
	{ name: 'own trouble: counted as a lost lease', file: 'src/work/attempts.ts', find: `.catch((error: unknown) => this.parts.settling.abandon(job, error))`, replace: '', first: ['test/integration/engine/own-trouble.test.ts'] },
	{ name: 'sweeper: takes a permit for nothing', file: 'src/work/sweeper.ts', find: `const afterPermit = job.lease.sendBy !== null;`, replace: `const afterPermit = job.lease.sendBy === undefined;`, first: work },
	{ name: 'lease: not held while the job is at work', file: 'src/work/leases.ts', find: `for (const job of jobs) this.held.set(job.id, job);`, replace: '', first: work },
	{ name: 'account: another user under the same name', file: 'src/store/lua/bind-account.lua', find: `if bound and bound ~= user then return refuse({ '' }) end`, replace: '', first: ['test/integration/store/accounts.test.ts'] },
	{ name: 'account: two names of one user are two accounts', file: 'src/store/lua/bind-account.lua', find: `if first and first ~= account then becomeAlias(first) end`, replace: '', first: ['test/integration/store/renames.test.ts'] },
	{ name: 'token: a read ends the hold of a missing scope', file: 'src/work/keeper.ts', find: `const TOKEN_HOLDS: readonly HoldKind[] = [`, replace: `const TOKEN_HOLDS: readonly HoldKind[] = ['scope_missing', `, first: ['test/integration/engine/token-checks.test.ts'] },
	{ name: 'pace: burst without a bound', file: 'src/pace/buckets.ts', find: `maximum: Math.max(burst, amount)`, replace: `maximum: 100 * Math.max(burst, amount)`, first: ['test/unit/pace/buckets.test.ts', 'test/integration/pace/pacer.test.ts'] },
	{ name: 'pace: lists go before looks', file: 'src/pace/lane.ts', find: `one.rank < other.rank ||`, replace: `one.rank > other.rank ||`, first: ['test/integration/pace/reads.test.ts'] },
	{ name: 'pace: lists use up the reads of a day', file: 'src/pace/buckets.ts', find: `dayBucket(perDay / 2, kind, timeFactor)`, replace: `dayBucket(perDay, kind, timeFactor)`, first: ['test/unit/pace/buckets.test.ts'] },
	{ name: 'pace: Pins of a day beyond their cap', file: 'src/pace/buckets.ts', find: `DAY_MS / Math.max(1, pinsPerDay - atOnce)`, replace: `DAY_MS / Math.max(1, pinsPerDay)`, first: ['test/unit/pace/buckets.test.ts'] },
	{ name: 'pace: slots are not given back', file: 'src/pace/lane.ts', find: `limiter?.incrementReservoir(1)`, replace: `limiter?.incrementReservoir(0)`, first: ['test/integration/pace/pacer.test.ts'] },
	{ name: 'pace: "slow down" is not heard', file: 'src/pace/steering.ts', find: `return refused(learned, {`, replace: `return null && refused(learned, {`, first: ['test/integration/pace/pacer.test.ts', 'test/unit/pace/learning.test.ts'] },
];
