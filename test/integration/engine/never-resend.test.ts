import type { Engine, JobView } from '../../../src';
import { prefixOf } from '../../../src/store/keys';
import { openRedis } from '../../support/redis';
import { FAST_PACE, TestWorld } from '../../support/world';

let world: TestWorld;
beforeEach(async () => {
	world = await TestWorld.start({ timeFactor: 200 });
	// The one send is lost on its way: there will be no Pin.
	world.sandbox.control.addFault({ fault: 'resetBefore', match: { operation: 'createPin' } });
});
afterEach(() => world.stop());

const posts = () => world.sandbox.control.calls({ operation: 'createPin' }).items.length;
const careful = (engine: Engine) => world.serve(engine, 'acme-us', FAST_PACE, { neverResend: true });

async function enqueued(engine: Engine): Promise<string> {
	const [result] = await engine.enqueue([world.request(1)]);
	if (!result?.ok) throw result?.error ?? new Error('Nothing was enqueued.');
	return result.job.id;
}

function isLeftToAPerson(job: JobView | undefined): void {
	expect(job).toMatchObject({
		state: 'failed', queue: { name: 'ops' }, fix: { operation: 'resolveUnknown' },
		lastError: { code: 'outcome_unknown', message: expect.stringContaining('never sends again by machine') },
	});
	expect(posts()).toBe(1);
}

it('leaves it to a person whether a Pin that is proven absent is sent again, and sends it at their word', async () => {
	const engine = world.engine();
	await careful(engine);
	const id = await enqueued(engine);
	isLeftToAPerson((await world.ended(engine, [id], 40_000))[0]);
	const { findings, jobs } = await engine.health();
	expect([jobs.in_doubt, findings.find(({ code }) => code.startsWith('doubts'))]).toMatchObject([1, { code: 'doubts_ok', message: 'No Pin is being looked for.' }]);
	await engine.resolveUnknown(id, { verdict: 'absent' }, { by: 'Ops' });
	expect(await world.ended(engine, [id], 40_000)).toMatchObject([{ state: 'succeeded', revision: 2 }]);
	expect(world.sandbox.control.pins().items).toHaveLength(1);
});

it('is respected by another worker of the account that was not told so', async () => {
	const [told, other] = [world.engine(), world.engine()];
	await careful(told);
	const id = await enqueued(told);
	await world.until(async () => ((await told.get(id)).phase === 'reconcile' ? true : null));
	await told.close();
	await world.serve(other);
	isLeftToAPerson((await world.ended(other, [id], 40_000))[0]);
});

/** An hour after the last beat of whoever wanted it nothing of that is left in Redis. */
async function wishLapses(): Promise<void> {
	const redis = openRedis();
	await redis.hdel(`${prefixOf(world.namespace)}account:acme-us`, 'carefulUntil');
	redis.disconnect();
}

it('stays with a job in doubt when nobody who wanted it is there any more', async () => {
	const [told, other] = [world.engine(), world.engine()];
	await careful(told);
	const id = await enqueued(told);
	await world.until(async () => ((await told.get(id)).phase === 'reconcile' ? true : null));
	await told.close();
	await wishLapses();
	await world.serve(other);
	isLeftToAPerson((await world.ended(other, [id], 40_000))[0]);
});

it('is shown of the account while it holds', async () => {
	const engine = world.engine();
	await careful(engine);
	const shown = async (account: string) => (await engine.accounts()).find((one) => one.account === account)?.neverResend;
	await world.until(async () => (await shown('acme-us')) || null);
	await world.serve(engine, 'acme-eu');
	await world.until(async () => (await shown('acme-eu')) === false || null);
});
