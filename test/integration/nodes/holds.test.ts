import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { PinterestRequeue } from '../../../nodes/PinterestRequeue/PinterestRequeue.node';
import { closeEngines } from '../../../nodes/shared/engine';
import type { Engine, JobView } from '../../../src';
import { TestWorld } from '../../support/world';
import { engineCredential, REDIS_AWAY, runNode } from './run-node';

const node = new PinterestRequeue();
let world: TestWorld;
let engine: Engine;
beforeEach(async () => {
	world = await TestWorld.start();
	engine = world.engine();
});
afterEach(() => world.stop());
afterAll(closeEngines);

const run = async (resource: string, operation: string, parameters: IDataObject = {}, more: { continueOnFail?: boolean; items?: INodeExecutionData[] } = {}): Promise<IDataObject[]> => {
	const { items } = await runNode(node, {
		parameters: { resource, operation, kind: '', doneBy: 'ann', ...parameters }, items: [{ json: {} }], credential: engineCredential(world.namespace), ...more,
	});
	return items.map(({ json }) => json);
};
const of = (value: string): IDataObject => ({ account: { __rl: true, mode: 'name', value } });

async function enqueued(count: number): Promise<JobView[]> {
	const results = await engine.enqueue(Array.from({ length: count }, (_, n) => world.request(n)));
	return results.map((result) => {
		if (!result.ok) throw result.error;
		return result.job;
	});
}

const heldBy = (kind: string) => world.until(async () => (await engine.holds()).find((hold) => hold.kind === kind) ?? null);
const publishes = () => world.sandbox.control.calls({ operation: 'createPin' }).items.length;

it('lists nothing when nothing is held, and each hold with what waits behind it', async () => {
	expect(await run('hold', 'getAll')).toEqual([]);
	await enqueued(3);
	expect(await run('hold', 'getAll')).toEqual([expect.objectContaining({ account: 'acme-us', kind: 'no_worker', waiting: 3, until: null, id: expect.any(String) as string, message: expect.stringMatching(/\S/) as string })]);
});

it('checks a held account now: a read that publishes nothing, after which a reconnected account goes on', async () => {
	await world.serve(engine);
	await world.until(async () => ((await engine.accounts()).some(({ boardsAt }) => boardsAt !== null) ? true : null));
	world.sandbox.control.changeAccount('acme-us', { revoke: 'all' });
	await engine.pacing.check('acme-us');
	const { id } = await heldBy('token_dead');
	const jobs = await enqueued(2);
	const [still] = await run('hold', 'checkNow', of('acme-us')) as [IDataObject];
	expect(still).toEqual({ account: 'acme-us', holds: [expect.objectContaining({ id, kind: 'token_dead', waiting: 2 })] });
	expect(publishes()).toBe(0);

	world.tokens.set('acme-us', world.sandbox.control.issueToken('acme-us').accessToken);
	await run('hold', 'checkNow', of('acme-us'));
	expect((await world.ended(engine, jobs.map((job) => job.id))).map(({ state }) => state)).toEqual(['succeeded', 'succeeded']);
	expect(await run('hold', 'checkNow', of('acme-us'))).toEqual([{ account: 'acme-us', holds: [] }]);
});

it('releases the kind that was chosen, in the name of who did it, and the jobs run', async () => {
	await world.serve(engine);
	world.sandbox.control.changeAccount('acme-us', { spamForMs: 3_600_000 });
	const [job] = await enqueued(1) as [JobView];
	const { id } = await heldBy('spam_block');
	world.sandbox.control.changeAccount('acme-us', { spamForMs: 0 });
	await expect(run('hold', 'release', { ...of('acme-us'), kind: 'token_dead' })).rejects.toMatchObject({
		message: 'acme-us is not held by token_dead.', description: expect.stringContaining('Hold → Get Many') as string, context: { itemIndex: 0 },
	});
	expect((await engine.holds()).map((hold) => hold.id)).toEqual([id]);
	const [released] = await run('hold', 'release', { ...of('acme-us'), kind: 'spam_block' }) as [IDataObject];
	expect(released).toEqual({ account: 'acme-us', released: [expect.objectContaining({ id, kind: 'spam_block' })] });
	expect(await world.ended(engine, [job.id])).toMatchObject([{ state: 'succeeded' }]);
	const { events } = await engine.eventsSince(null, 100);
	expect(events.filter(({ type }) => type === 'account.released').map(({ data }) => [data['id'], data['releasedBy']])).toEqual([[id, 'ann']]);
});

it('releases whatever holds the account when no kind is chosen, and says so when nothing does', async () => {
	await enqueued(1);
	expect(await run('hold', 'release', of('acme-us'))).toEqual([{ account: 'acme-us', released: [expect.objectContaining({ kind: 'no_worker' })] }]);
	const wrong = await run('hold', 'release', { account: { __rl: true, mode: 'name', value: '={{ $json.account }}' } }, {
		continueOnFail: true, items: [{ json: { account: 'acme-us' } }, { json: { account: '@app' } }, { json: { account: '' } }],
	});
	expect(wrong.map(({ error }) => error)).toMatchObject([
		{ code: 'hold_not_found', message: 'acme-us is not held.' }, { code: 'hold_not_found', message: 'The app is not held.' },
		{ code: 'invalid_request', message: 'Account is empty.', hint: 'Choose the account that is held.' },
	]);
});

it('lists no subscription before a trigger is published, and then who is told where, and what waits for it', async () => {
	expect(await run('subscription', 'getAll')).toEqual([]);
	// Nobody answers there, so that the events wait.
	await engine.subscribe({ id: 'sub-1', url: 'http://127.0.0.1/webhook/news', events: ['job.queued'] });
	await enqueued(2);
	await world.serve(engine, 'acme-eu');
	await world.until(async () => ((await engine.endpoints.list())[0]!.lastError !== null ? true : null));
	expect(await run('subscription', 'getAll')).toEqual([expect.objectContaining({
		id: 'sub-1', url: 'http://127.0.0.1/webhook/news', events: ['job.queued'], paused: false, waiting: 2, dead: 0, lastError: expect.stringContaining('ECONNREFUSED') as string,
	})]);
});

it('says of each operation that Redis is away', async () => {
	const away = (resource: string, operation: string) => runNode(node, {
		parameters: { resource, operation, ...of('acme-us'), kind: '', doneBy: 'ann', jobId: 'pj_1', verdict: 'absent', revision: '' }, items: [{ json: {} }],
		credential: engineCredential(world.namespace, REDIS_AWAY),
	});
	const refused = { name: 'NodeOperationError', message: expect.stringContaining('Redis') as string, description: expect.stringMatching(/engine credential, and that Redis runs/) as string };
	await Promise.all([['hold', 'getAll'], ['hold', 'checkNow'], ['hold', 'release'], ['subscription', 'getAll'], ['job', 'resolveUnknown']]
		.map(([resource, operation]) => expect(away(resource!, operation!)).rejects.toMatchObject(refused)));
});

describe('a pause', () => {
	const paused = (what: IDataObject, more: IDataObject = {}) => run('hold', 'pause', { what: 'account', until: '', reason: '', ...what, ...more });

	it('makes the jobs wait, says so at each, and Resume lets them go on', async () => {
		await world.serve(engine);
		await world.until(async () => ((await engine.accounts()).some(({ boardsAt }) => boardsAt !== null) ? true : null));
		const [incident] = await paused(of('acme-us'), { reason: 'texts are checked' }) as [IDataObject];
		expect(incident).toMatchObject({ account: 'acme-us', kind: 'paused', until: null });
		const jobs = await enqueued(2);
		expect(jobs.map(({ nextAction }) => nextAction)).toEqual(Array(2).fill('Held: ann paused acme-us: texts are checked. It goes on with Pinterest Requeue → Hold → Resume.'));
		expect(await run('hold', 'resume', { what: 'account', ...of('acme-us') })).toEqual([expect.objectContaining({ id: incident['id'] })]);
		expect((await world.ended(engine, jobs.map(({ id }) => id))).map(({ state }) => state)).toEqual(['succeeded', 'succeeded']);
	});

	it('takes the accounts of a client or everything, until a time in the workflow\'s zone', async () => {
		await world.serve(engine);
		await world.until(async () => ((await engine.accounts()).some(({ boardsAt }) => boardsAt !== null) ? true : null));
		const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
		expect(await paused({ what: 'client', client: ' Acme ' })).toMatchObject([{ account: '@client:Acme', accounts: ['acme-us'] }]);
		expect(await paused({ what: 'everything' }, { until: inAnHour })).toMatchObject([{ account: '@app', until: Date.parse(inAnHour) }]);
		expect((await run('hold', 'getAll')).map(({ account, message }) => [account, message])).toEqual([['@client:Acme', 'ann paused every account of Acme.'], ['@app', 'ann paused everything.']]);
		await run('hold', 'resume', { what: 'everything' });
		expect(await run('hold', 'release', { ...of('@client:Acme'), kind: 'paused' })).toMatchObject([{ released: [{ kind: 'paused' }] }]);
	});

	it('is refused for nobody and for what is over', async () => {
		const refusal = async (what: IDataObject, more?: IDataObject) => await paused(what, more).catch(({ message, description }: { message: string; description: string }) => `${message} ${description}`);
		expect([await refusal(of('nobody')), await refusal({ what: 'client', client: '' }), await refusal({ what: 'everything' }, { until: '2020-01-01T00:00:00Z' })]).toEqual([
			expect.stringMatching(/“nobody”.*Choose an account from the list/), expect.stringMatching(/^Client Label is empty\./), expect.stringMatching(/^Until lies in the past\. Choose a time from now on/),
		]);
		expect(await engine.holds()).toEqual([]);
	});
});
