import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { PinterestRequeue } from '../../../nodes/PinterestRequeue/PinterestRequeue.node';
import { closeEngines } from '../../../nodes/shared/engine';
import type { Engine } from '../../../src';
import { TestWorld } from '../../support/world';
import { EventEndpoint, status } from '../webhook/a-receiver';
import { engineCredential, runNode } from './run-node';

const node = new PinterestRequeue();
let world: TestWorld;
let endpoint: EventEndpoint;
let engine: Engine;
beforeEach(async () => {
	endpoint = await EventEndpoint.start();
	world = await TestWorld.start();
	engine = world.engine({ deliveryBaseUrl: endpoint.origin });
});
afterEach(async () => {
	await world.stop();
	await endpoint.stop();
});
afterAll(closeEngines);

const run = async (operation: string, parameters: IDataObject = {}, more: { continueOnFail?: boolean; items?: INodeExecutionData[] } = {}): Promise<IDataObject[]> => {
	const { items } = await runNode(node, {
		parameters: { resource: 'subscription', operation, ...parameters }, items: [{ json: {} }], credential: engineCredential(world.namespace, { deliveryBaseUrl: endpoint.origin }), ...more,
	});
	return items.map(({ json }) => json);
};
const wish = (more: IDataObject = {}): IDataObject => ({ url: `${endpoint.origin}/hook`, label: 'Backend', events: ['job.succeeded', 'job.failed'], filters: {}, options: {}, ...more });
const of = (id: unknown): IDataObject => ({ subscription: { __rl: true, mode: 'id', value: id as string } });

it('creates an endpoint, says what it is, and keeps its secret out of the output', async () => {
	const [made] = await run('create', wish({ filters: { accounts: 'acme-us', sources: 'row-' }, options: { latestOnly: true } }));
	expect(made).toMatchObject({
		id: expect.stringMatching(/^sub_[0-9a-f]{24}$/) as string, label: 'Backend', accounts: ['acme-us'], sources: ['row-'], latestOnly: true, ownSecret: true, expiresAt: null, paused: false, warning: null,
	});
	const [{ secret }] = await run('getSecret', of(made!['id'])) as [{ secret: string }];
	expect(secret).toMatch(/^whsec_/);
	for (const operation of ['getAll', 'pause', 'resume', 'rotateSecret']) expect(JSON.stringify(await run(operation, of(made!['id'])))).not.toContain(secret.slice(6));
});

it('tells of an address that nobody serves, and creates nothing', async () => {
	endpoint.answer = status(404);
	expect(await run('create', wish(), { continueOnFail: true })).toEqual([{ error: expect.objectContaining({ code: 'subscription_unreachable' }) as IDataObject }]);
	expect(await run('getAll')).toEqual([]);
	expect(await run('create', wish({ options: { probe: false } }))).toHaveLength(1);
});

it('shows what was delivered, and delivers it again', async () => {
	const [{ id }] = await run('create', wish()) as [{ id: string }];
	await world.serve(engine);
	const [result] = await engine.enqueue([world.request(1)]);
	const jobId = result!.ok ? result!.job.id : '';
	await world.until(async () => ((await run('getDeliveries', of(id))).length > 0 ? true : null));
	expect(await run('getDeliveries', of(id))).toEqual([expect.objectContaining({ subscription: id, type: 'job.succeeded', jobId, result: 'delivered', status: 200, at: expect.stringMatching(/Z$/) as string })]);
	const [{ eventId }] = await run('getDeliveries', of(id)) as [{ eventId: string }];

	for (const [which, more] of [['job', { jobId }], ['events', { eventIds: eventId }], ['time', { from: '2026-01-01T00:00:00Z', to: '' }]] as [string, IDataObject][]) {
		const calls = endpoint.calls.length;
		expect(await run('replay', { ...of(id), which, ...more })).toEqual([{ subscription: id, replayed: 1 }]);
		await world.until(async () => await Promise.resolve(endpoint.calls.length > calls ? true : null));
		expect(endpoint.calls.at(-1)!.headers['webhook-id']).toBe(eventId);
		await world.until(async () => ((await engine.endpoints.get(id)).waiting === 0 ? true : null));
	}
	expect(await run('replay', { ...of(id), which: 'dead' })).toEqual([{ subscription: id, replayed: 0 }]);
	expect(await run('replay', { ...of(id), which: 'job', jobId: '' }, { continueOnFail: true })).toEqual([{ error: expect.objectContaining({ message: 'Job ID is empty.' }) as IDataObject }]);
});

it('tests, and deletes', async () => {
	const [{ id }] = await run('create', wish()) as [{ id: string }];
	endpoint.answer = status(503, 'closed');
	expect(await run('test', of(id))).toEqual([expect.objectContaining({ subscription: id, delivered: false, status: 503, answer: 'closed' })]);
	expect(await run('delete', of(id))).toEqual([{ subscription: id, deleted: true }]);
	expect(await run('getDeliveries', of(id), { continueOnFail: true })).toEqual([{ error: expect.objectContaining({ code: 'subscription_not_found' }) as IDataObject }]);
});
