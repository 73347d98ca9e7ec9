import type { Engine, JobView, PublishRequest } from '../../../src';
import { TestWorld, UNHURRIED } from '../../support/world';

const US = { account: 'acme-us' }, ANN = { by: 'ann' };

let world: TestWorld;
let engine: Engine;
beforeEach(async () => {
	world = await TestWorld.start({ engine: { policy: UNHURRIED } });
	engine = world.engine();
});
afterEach(() => world.stop());

const soon = (ms = 1500) => new Date(Date.now() + ms).toISOString();
const pins = () => world.sandbox.control.pins().items.length;

async function enqueued(...requests: PublishRequest[]): Promise<JobView[]> {
	return (await engine.enqueue(requests)).map((result) => {
		if (!result.ok) throw result.error;
		return result.job;
	});
}

async function eventsOf(id: string): Promise<string[]> {
	return (await engine.eventsSince(null, 500)).events.filter(({ data }) => data['id'] === id).map(({ type }) => type);
}

it('cancels or fails what a pause kept waiting past its Publish Before, at that time and once, and publishes late what may be late', async () => {
	// Two workers that both look after deadlines.
	await Promise.all([world.serve(engine), world.serve(world.engine())]);
	await world.until(async () => ((await engine.accounts()).some(({ boardsAt }) => boardsAt !== null) ? true : null));
	await engine.pacing.pause(US, {}, ANN);
	const publishBefore = soon();
	const [skip, ask, late] = await enqueued(...(['skip', 'ask', 'publish'] as const).map((whenLate, n) => world.request(n, { publishBefore, whenLate }))) as [JobView, JobView, JobView];
	expect(skip).toMatchObject({ state: 'queued', publishBefore, whenLate: 'skip' });

	const [skipped, failed] = await world.ended(engine, [skip.id, ask.id]) as [JobView, JobView];
	expect(skipped).toMatchObject({ state: 'canceled', queue: null, attempts: 0, fix: null, nextAction: expect.stringMatching(/^Nothing: it was skipped, since Publish Before/) as string });
	expect(failed).toMatchObject({ state: 'failed', queue: { name: 'ops' }, attempts: 0, lastError: { code: 'deadline_passed' } });
	expect(Date.parse(skipped.finishedAt!)).toBeGreaterThan(Date.parse(publishBefore));
	expect([await eventsOf(skip.id), await eventsOf(ask.id)]).toEqual([['job.queued', 'job.canceled'], ['job.queued', 'job.failed']]);
	expect(await engine.get(late.id)).toMatchObject({ state: 'queued', incident: { kind: 'paused' } });

	await engine.pacing.resume(US, ANN);
	const [published] = await world.ended(engine, [late.id]);
	expect(published).toMatchObject({ state: 'succeeded', warnings: [expect.stringMatching(/^Published late: Publish Before was /) as string] });
	expect(pins()).toBe(1);

	expect(await engine.requeue(skip.id, { publishBefore: soon(60_000) }, ANN)).toMatchObject({ state: 'queued', whenLate: 'skip' });
	expect(await world.ended(engine, [skip.id])).toMatchObject([{ state: 'succeeded', warnings: [] }]);
	expect(pins()).toBe(2);
}, 60_000);

it('ends what nobody serves, by a worker of another account', async () => {
	await world.serve(engine, 'acme-eu');
	const [job] = await enqueued(world.request(1, { publishBefore: soon(), whenLate: 'skip' })) as [JobView];
	expect(await world.ended(engine, [job.id])).toMatchObject([{ state: 'canceled' }]);
	expect(pins()).toBe(0);
});

it('never cancels what may have a Pin: it is looked for past its time, and found', async () => {
	// The board shows its Pin only after 4 s of this run.
	const lagMs = 4 * world.timeFactor * 1000, consistency = { readLag: { medianMs: lagMs, p99Ms: lagMs + 1, tailShare: 0, tailMs: lagMs } };
	await world.stop();
	world = await TestWorld.start({ engine: { policy: UNHURRIED }, sandbox: { consistency } });
	engine = world.engine();
	world.sandbox.control.addFault({ match: { operation: 'createPin' }, fault: 'commitThenHang', times: 1 });
	await world.serve(engine);
	const [job] = await enqueued(world.request(1, { publishBefore: soon(), whenLate: 'skip' })) as [JobView];
	const [ended] = await world.ended(engine, [job.id], 40_000);
	expect(ended).toMatchObject({ state: 'succeeded', recovered: true, warnings: [] });
	expect(Date.parse(ended!.finishedAt!)).toBeGreaterThan(Date.parse(ended!.publishBefore!));
	expect(await eventsOf(job.id)).not.toContain('job.canceled');
	expect(pins()).toBe(1);
}, 60_000);

it('cancels what was in doubt and proved absent past its time, and does not send it again', async () => {
	world.sandbox.control.addFault({ match: { operation: 'createPin' }, fault: 'hangBefore', times: 1 });
	await world.serve(engine);
	const [job] = await enqueued(world.request(1, { publishBefore: soon(), whenLate: 'skip' })) as [JobView];
	const [ended] = await world.ended(engine, [job.id], 80_000);
	expect(ended).toMatchObject({ state: 'canceled', queue: null, doubt: null, attempts: 1 });
	expect(pins()).toBe(0);
	expect(world.sandbox.control.calls({ operation: 'createPin' }).items).toHaveLength(1);
}, 100_000);

it('answers with its job when a sheet runs again past the Publish Before, and refuses who has none', async () => {
	await world.serve(engine);
	const publishBefore = soon(4000), row = world.request(1, { publishBefore, whenLate: 'skip' });
	const [job] = await enqueued(row) as [JobView];
	expect(await world.ended(engine, [job.id])).toMatchObject([{ state: 'succeeded' }]);
	await world.until(() => Promise.resolve(Date.now() > Date.parse(publishBefore) + 50 ? true : null));
	const others = [world.request(2, { publishBefore, whenLate: 'skip' }), { ...row, title: 'Another title' }];
	expect(await engine.enqueue([row, ...others], { check: { media: true } })).toMatchObject([
		{ ok: true, job: { id: job.id, state: 'succeeded', existing: true } },
		{ ok: false, error: { code: 'invalid_request', details: { field: 'publishBefore' } } },
		{ ok: false, error: { code: 'idempotency_conflict' } },
	]);
	expect(await engine.known([row, ...others])).toEqual([true, false, true]);
	expect((await engine.list({})).jobs).toHaveLength(1);
}, 30_000);
