import { LoggerProxy, type IDataObject } from 'n8n-workflow';
import { closeEngines } from '../../../nodes/shared/engine';
import type { Engine } from '../../../src';
import { verify } from '../../../src/webhook/signature';
import { flushNamespace } from '../../support/redis';
import { SECRET, TestWorld } from '../../support/world';
import { EventEndpoint, type Arrived } from '../webhook/a-receiver';
import { engineCredential } from './run-node';
import { startWorker } from './run-worker';

let world: TestWorld;
beforeEach(async () => {
	world = await TestWorld.start({ sandbox: { writeLatencyMs: 400 } });
});
afterEach(async () => {
	await Promise.all([world.stop(), closeEngines()]);
	await flushNamespace(world.namespace);
});

const UNREADABLE = 'Credentials could not be decrypted.';

function readable(credential: IDataObject): IDataObject {
	if (credential['unreadable']) throw new Error(UNREADABLE);
	return { ...credential };
}

/** `credential` may be changed afterwards, as a person does in n8n. */
const start = (credential: IDataObject, mode: 'trigger' | 'manual' = 'trigger') => startWorker({
	pinterestJobsEngineApi: () => readable(credential),
	pinterestJobsAccessTokenApi: () => ({ environment: 'local', baseUrl: world.sandbox.url.replace(/\/$/, ''), accessToken: world.tokens.get('acme-us') }),
}, mode);

const NEW_SECRET = 'the-secret-that-replaces-the-old-one';
const isSignedWith = (secret: string) => ({ headers, raw }: Arrived) => verify(headers, raw, [secret], Date.now()).ok;

it('reports by hand that boards may not be read, instead of failing', async () => {
	const body = { code: 403, message: 'PINNER_DATA_ACCESS_DENIED', status: 'failure' };
	world.sandbox.control.addFault({ match: { path: '/boards' }, fault: { commits: 'no', ending: { kind: 'answer', status: 403, body } }, times: 9 });
	const { emitted, manualTriggerFunction, closeFunction } = await start(engineCredential(world.namespace), 'manual');
	await manualTriggerFunction!();
	await closeFunction!();
	expect(emitted).toMatchObject([{ account: 'acme-us', boards: [], findings: expect.arrayContaining([expect.objectContaining({ code: 'boards_unread', level: 'warning' })]) as unknown }]);
});

it('says what to set when its engine credential makes no sense', async () => {
	await expect(start(engineCredential(world.namespace, { signingSecret: 'short' }))).rejects.toMatchObject({
		name: 'NodeOperationError', message: expect.stringMatching(/signing secret is shorter.*Use a long random one/) as string,
	});
});

describe('a changed engine credential', () => {
	let endpoint: EventEndpoint;
	let engine: Engine;
	let credential: IDataObject;
	beforeEach(async () => {
		endpoint = await EventEndpoint.start();
		engine = world.engine({ deliveryBaseUrl: endpoint.origin });
		credential = engineCredential(world.namespace, { deliveryBaseUrl: endpoint.origin });
		await engine.subscribe({ id: 's1', url: `${endpoint.origin}/events`, events: ['job.succeeded'], paused: false });
	});
	afterEach(() => endpoint.stop());

	let next = 1;
	const enqueue = async (count: number) =>
		(await engine.enqueue(Array.from({ length: count }, () => world.request(next++)))).map((one) => (one.ok ? one.job.id : ''));
	const untilSignedWith = (secret: string) => world.until(async () => {
		const arrived = endpoint.calls.length;
		await world.ended(engine, await enqueue(1));
		return endpoint.calls.slice(arrived).some(isSignedWith(secret)) || null;
	});

	it('reaches a running worker: it signs with the new secret, and what is in flight is published once', async () => {
		const worker = await start(credential);
		await untilSignedWith(SECRET);

		const inFlight = await enqueue(8);
		await world.until(async () => ((await engine.list({ states: ['running'] })).jobs.length > 0 ? true : null));
		credential['signingSecret'] = NEW_SECRET;
		await world.ended(engine, inFlight);
		await untilSignedWith(NEW_SECRET);

		const { jobs } = await engine.list({ limit: 200 });
		expect(new Set(jobs.map(({ state, attempts }) => `${state} ${attempts}`))).toEqual(new Set(['succeeded 1']));
		expect(world.sandbox.control.summary()).toMatchObject({ pins: jobs.length, double: 0 });
		await world.until(() => Promise.resolve(new Set(endpoint.calls.map(({ data }) => data.id)).size === jobs.length || null));
		await worker.closeFunction!();
	});

	it.each([
		['cannot be read', { unreadable: true }, UNREADABLE], ['makes no sense', { signingSecret: 'short' }, 'short'],
	])('stops no worker while it %s, which is told once', async (_what, change, reason) => {
		const warnings: string[] = [];
		const warn = jest.spyOn(LoggerProxy, 'warn').mockImplementation((text) => void warnings.push(text));
		const told = () => warnings.filter((text) => text.includes('goes on with the engine credential as it was'));
		const worker = await start(credential);
		Object.assign(credential, change);
		await world.until(() => Promise.resolve(told().length > 0 || null));
		// Two more looks at it.
		await new Promise((resolve) => setTimeout(resolve, 2500));
		expect(told()).toEqual([expect.stringContaining(reason)]);
		const [job] = await world.ended(engine, await enqueue(1));
		expect(job).toMatchObject({ state: 'succeeded' });

		Object.assign(credential, { unreadable: false, signingSecret: NEW_SECRET });
		await untilSignedWith(NEW_SECRET);
		await worker.closeFunction!();
		warn.mockRestore();
	});
});
