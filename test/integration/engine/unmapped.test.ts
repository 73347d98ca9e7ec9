import { openServerOf } from '../../support/redis';
import { snapshotOf } from '../../support/snapshot';
import { TestWorld } from '../../support/world';

let world: TestWorld;
afterEach(() => world.stop());

// What somebody between us and Pinterest might throw back at us.
const SECRETS = ['pina_ODDTOKENabcdefghijklmnop0123456789', 'hunter2-not-to-be-seen', '0123456789abcdef0123456789abcdef01234567'];
const BODY = { teapot: { says: 'short and stout', authorization: `Bearer ${SECRETS[0]}`, client_secret: SECRETS[1], trace: SECRETS[2] } };
const PINS = 3;

it('keeps an answer that nobody has mapped without its secrets, counts it, leaves it to engineering, and never sends again', async () => {
	const logged: string[] = [];
	world = await TestWorld.start({ timeFactor: 600, engine: { log: (line) => void logged.push(JSON.stringify(line)), policy: { sendBudgetMs: 5000, leaseMs: 20_000, heartbeatMs: 3000 } } });
	world.sandbox.control.addFault({ match: { operation: 'createPin' }, fault: { commits: 'no', ending: { kind: 'answer', status: 418, body: BODY } }, times: 100 });
	const engine = world.engine();
	await world.serve(engine);
	const results = await engine.enqueue(Array.from({ length: PINS }, (_, n) => world.request(n)));
	const jobs = await world.ended(engine, results.map((result) => (result.ok ? result.job.id : '')));

	for (const job of jobs) {
		expect(job).toMatchObject({
			state: 'failed', attempts: 1, queue: { name: 'engineering', cause: 'unmapped|418|' }, fix: { operation: 'requeue' },
			lastError: { class: 'stop', code: 'unmapped', message: expect.stringContaining('short and stout') }, attemptHistory: [{ httpStatus: 418, outcome: 'refused', class: 'stop' }],
		});
		expect(job.lastError!.message).toContain('Status 418');
		expect(job.lastError!.message).toContain('[redacted]');
		expect(job.lastError!.clientMessage).not.toContain('418');
	}
	expect(await engine.failures.groups()).toMatchObject([{ code: 'unmapped', queue: 'engineering', title: `the answer HTTP 418: ${PINS} jobs`, count: PINS }]);
	const { findings, failures } = await engine.health();
	expect(failures.engineering).toBe(PINS);
	expect(findings).toContainEqual({ level: 'warning', code: 'unmapped_answers', subject: null, message: `Pinterest has answered ${PINS} jobs in a way that nobody has mapped yet.`, hint: expect.stringContaining('Get Groups') });

	const redis = await openServerOf(world.namespace);
	const { values } = await snapshotOf(redis, world.namespace);
	redis.disconnect();
	// Nothing stands in a line from which it could be claimed again.
	expect(Object.keys(values).filter((name) => /^(lane|boards|due):/.test(name))).toEqual([]);
	expect(jobs.map(({ nextAttemptAt }) => nextAttemptAt)).toEqual(Array(PINS).fill(null));
	expect(world.sandbox.control.calls({ operation: 'createPin' }).items).toHaveLength(PINS);
	const kept = JSON.stringify(values);
	const told = JSON.stringify([await engine.eventsSince(null, 1000), jobs, await engine.failures.groups(), await engine.health()]);
	expect(kept).toContain('short and stout');
	for (const secret of SECRETS) expect([kept, told, logged.join('\n')].filter((text) => text.includes(secret))).toEqual([]);

	await engine.failures.handle(jobs[0]!.id, { what: 'resolve', note: 'Reported' }, { by: 'Eve' });
	expect((await engine.health()).findings.find(({ code }) => code === 'unmapped_answers')?.message).toContain('2 jobs');
});
