import { N8nApi, n8nVersion } from '../support/n8n';
import { codeFor, enqueue, enqueueFlow, pins, publishJobFlow, run, statusFlow, told } from './support/flows';
import { states, until, useWorlds } from './support/world';

describe(`who is told, on n8n ${n8nVersion}`, () => {
	const { n8n, open } = useWorlds();

	it('misses no event of a published workflow while somebody listens for a test event', async () => {
		const world = await open();
		const status = await world.import(statusFlow(world, ['job.queued', 'job.succeeded']));
		await n8n.api.activate(status.id);
		await world.publishWorkers();
		await world.untilServed();
		await enqueue(world, pins(world, 5, { prefix: 'before' }));
		await n8n.api.listenForTest(status.id, 'News');
		await until('the sample event', async () => (await told(world, status.id, { manual: true })).length > 0);
		await n8n.api.listenForTest(status.id, 'News');
		await enqueue(world, pins(world, 5, { prefix: 'during' }));
		await n8n.api.stopListening(status.id);
		await enqueue(world, pins(world, 5, { prefix: 'after' }));
		await world.untilEnded(15);
		await world.untilTold();

		const events = (await world.events(['job.queued', 'job.succeeded'])).map(({ eventId }) => eventId);
		const live = (await told(world, status.id)).map(({ eventId }) => eventId);
		expect(events).toHaveLength(30);
		expect(live.sort()).toEqual(events.sort());
	});

	it('tells everybody that nobody publishes, and goes on when the worker is back', async () => {
		const world = await open({ sandbox: { writeLatencyMs: 400 } });
		const status = await world.import(statusFlow(world, ['account.held', 'account.released']));
		await n8n.api.activate(status.id);
		const workers = await world.publishWorkers();
		await world.untilServed();
		await enqueue(world, pins(world, 26));
		await n8n.api.deactivate(workers.id);
		expect(states(await world.jobs())['queued']).toBeGreaterThanOrEqual(20);

		await until('the event', async () => (await told(world, status.id)).length > 0, { timeoutMs: 120_000 });
		expect(await told(world, status.id)).toMatchObject([{ event: 'account.held', incident: { account: 'acme-us', kind: 'no_worker' } }]);
		const waiting = (await world.jobs()).filter(({ state }) => state !== 'succeeded');
		expect(new Set(waiting.map(({ incident }) => incident?.kind))).toEqual(new Set(['no_worker']));
		expect(waiting[0]!.nextAction).toMatch(/worker/i);
		const { id } = await world.import(publishJobFlow(world, { resource: 'health', operation: 'get' }));
		const [health] = N8nApi.outputOf(await run(world, id), 'Ask');
		expect(health![0]!.json).toMatchObject({
			incidents: [{ account: 'acme-us', kind: 'no_worker', waiting: waiting.length }],
			findings: expect.arrayContaining([expect.objectContaining({ level: 'error', message: expect.stringContaining('acme-us') })]),
		});

		await n8n.api.activate(workers.id);
		const jobs = await world.untilEnded(26);
		expect(states(jobs)).toEqual({ succeeded: 26 });
		expect(world.sandbox.control.summary()).toMatchObject({ pins: 26, double: 0 });
		await until('the release', async () => (await told(world, status.id)).length === 2);
		expect((await told(world, status.id))[1]).toMatchObject({ event: 'account.released', incident: { kind: 'no_worker' } });
	});

	it('accepts jobs for an account that no worker has named yet, and says so', async () => {
		const world = await open();
		const { id } = await world.import(enqueueFlow(world, codeFor(pins(world, 3))));
		const execution = await run(world, id);
		const [jobs] = N8nApi.outputOf(execution, 'Enqueue');
		expect(jobs!.map(({ json }) => json['state'])).toEqual(['queued', 'queued', 'queued']);
		expect(JSON.stringify(execution.data.resultData.runData['Enqueue'])).toContain('nobody publishes for <b>acme-us</b>');
		await world.publishWorkers();
		expect(states(await world.untilEnded(3))).toEqual({ succeeded: 3 });
	});
});
