import { N8nApi, n8nVersion, type ExecutionWithData } from '../support/n8n';
import { startRedis } from '../support/redis';
import { TcpProxy } from '../support/tcp-proxy';
import { codeFor, enqueue, enqueueFlow, pins, publishJobFlow, run, statusFlow, told, type PinItem } from './support/flows';
import { until, useWorlds, type World } from './support/world';

const long = (length: number) => 'a'.repeat(length);
const yesterday = () => new Date(Date.now() - 86_400_000).toISOString().slice(0, 19);

// What is wrong with the item, and what the sentence has to say of it.
const table: Array<[string, Partial<PinItem>, RegExp]> = [
	['no account', { account: '' }, /account is missing.*Choose an account/is],
	['no board', { board: '' }, /board is missing.*Choose a board/is],
	['a board by its name', { board: 'Summer' }, /"?“?Summer.*is not an id.*list/is],
	['no image', { image: '' }, /Image URL is empty/i],
	['an image of a type Pinterest refuses', { image: 'https://shop.example/lamp.svg' }, /\.svg.*JPEG, PNG/is],
	['an image without scheme', { image: 'shop.example/lamp.jpg' }, /no scheme.*https:\/\//is],
	['a link without scheme', { link: 'shop.example/lamps' }, /no scheme.*https:\/\/shop\.example\/lamps/is],
	['a title that is too long', { title: long(101) }, /101 characters.*at most 100/is],
	['a description that is too long', { description: long(801) }, /801 characters.*at most 800/is],
	['an alternative text that is too long', { altText: long(501) }, /501 characters.*at most 500/is],
	['a board id that lost its digits', { board: 1e21 as unknown as string }, /lost digits.*text/is],
	['a date that is none', { scheduledAt: 'next Tuesday' }, /next Tuesday.*is not a date.*2026-/is],
	['a date without zone in the past', { scheduledAt: yesterday() }, /no time zone.*past.*Add the zone/is],
	['metadata that is no object', { metadata: '[1]' }, /not a JSON object/i],
];
const parameters = {
	description: '={{ $json.description }}',
	altText: '={{ $json.altText }}',
	options: { scheduledAt: "={{ $json.scheduledAt ?? '' }}", metadata: "={{ $json.metadata ?? '{}' }}" },
};

describe(`bad input, on n8n ${n8nVersion}`, () => {
	const { open, n8n } = useWorlds();
	let world: World;
	const bad = () => table.map(([name, change]): PinItem => ({ ...pins(world, 1, { prefix: name.replaceAll(' ', '-') })[0]!, ...change }));

	beforeAll(async () => {
		world = await open();
	}, 60_000);

	it('stops with the first bad item, its index and what to do, after the good ones were enqueued', async () => {
		const [before, after] = pins(world, 2, { prefix: 'stops' });
		for (const [index, item] of bad().entries()) {
			const execution = await runItems([before!, item, after!], {});
			const { name, message, description, context } = errorOf(execution);
			expect({ case: table[index]![0], name, itemIndex: context.itemIndex }).toEqual({ case: table[index]![0], name: 'NodeOperationError', itemIndex: 1 });
			expect(`${message} ${description}`).toMatch(table[index]![2]);
			expect(description).toContain('The other 2 items were enqueued');
		}
		expect((await world.jobs()).map(({ source }) => source).sort()).toEqual([before!.record, after!.record].sort());
	});

	it.each(['continueRegularOutput', 'continueErrorOutput'] as const)('gives each bad item its own error with %s', async (onError) => {
		const good = pins(world, 2, { prefix: onError });
		const execution = await runItems([...bad(), ...good], { onError });
		expect(execution.status).toBe('success');
		const outputs = N8nApi.outputOf(execution, 'Enqueue');
		const isError = (item: { json: Record<string, unknown> }) => 'error' in item.json;
		const errors = onError === 'continueErrorOutput' ? outputs[1]! : outputs[0]!.filter(isError);
		expect(outputs[0]!.filter((item) => !isError(item)).map(({ json }) => json['source'])).toEqual(good.map(({ record }) => record));
		errors.forEach(({ json, pairedItem }, index) => {
			const error = json['error'] as { message: string; hint: string; code: string; class: string };
			expect({ case: table[index]![0], ...error }).toMatchObject({ case: table[index]![0], code: 'invalid_request', class: 'route' });
			expect(`${error.message} ${error.hint}`).toMatch(table[index]![2]);
			expect(pairedItem).toMatchObject({ item: index });
		});
		expect(errors).toHaveLength(table.length);
	});

	it('names the fields that differ when a record comes again with other content', async () => {
		const [item] = pins(world, 1, { prefix: 'conflict' });
		await enqueue(world, [item!]);
		const execution = await runItems([{ ...item!, title: 'Another lamp' }, { ...item! }], { onError: 'continueRegularOutput' });
		const [items] = N8nApi.outputOf(execution, 'Enqueue');
		expect(items).toMatchObject([
			{ json: { error: { code: 'idempotency_conflict', jobId: expect.stringMatching(/^pj_/), message: expect.stringMatching(/title/i), hint: expect.any(String) } } },
			{ json: { existing: true } },
		]);
	});

	it('enqueues nothing twice when n8n runs a node with Retry On Fail again for an item that is refused', async () => {
		const again = await open();
		const [first, bad, last] = pins(again, 3, { prefix: 'again' });
		const { id } = await again.import(enqueueFlow(again, codeFor([first!, { ...bad!, image: '' }, last!]), { parameters, retryOnFail: true, maxTries: 3, waitBetweenTries: 1000 }));
		const startedAt = Date.now();
		const { message, description, context } = errorOf(await run(again, id));
		// The node was run three times, with a pause before the second and the third.
		expect(Date.now() - startedAt).toBeGreaterThan(2000);
		expect({ message, itemIndex: context.itemIndex }).toEqual({ message: expect.stringContaining('Image URL is empty'), itemIndex: 1 });
		expect(description).toContain('The other 2 items were enqueued; running again is safe.');
		const ofJobs = (await again.events()).filter(({ type }) => type.startsWith('job.'));
		expect(ofJobs.map(({ type, data }) => [type, data['source'], data['revision']]).sort()).toEqual([first!, last!].map(({ record }) => ['job.queued', record, 1]).sort());
		expect((await again.jobs()).map(({ source }) => source).sort()).toEqual([first!.record, last!.record].sort());

		await again.publishWorkers();
		await again.untilEnded(2);
		expect(again.sandbox.control.summary()).toMatchObject({ pins: 2, double: 0 });
	});

	it('says that it does not know a job', async () => {
		const { id } = await world.import(publishJobFlow(world, { operation: 'get', jobId: 'pj_aaaaaaaaaaaaaaaaaaaaaaaaaa' }));
		expect(errorOf(await run(world, id))).toMatchObject({
			name: 'NodeOperationError', message: expect.stringContaining('pj_aaaa'), description: expect.stringMatching(/\w/), context: { itemIndex: 0 },
		});
	});

	it('fails within seconds when Redis is away, and enqueues when it is back', async () => {
		const redis = await startRedis();
		const away = await open({ redis: redis.url });
		const flow = await away.import(enqueueFlow(away, codeFor(pins(away, 3))));
		await redis.kill();
		const startedAt = Date.now();
		const error = errorOf(await run(away, flow.id));
		expect(Date.now() - startedAt).toBeLessThan(15_000);
		expect(error).toMatchObject({ name: 'NodeOperationError', message: expect.stringMatching(/Redis/), description: expect.stringMatching(/\w/) });
		const back = await startRedis({ port: redis.port });
		const [jobs] = N8nApi.outputOf(await run(away, flow.id), 'Enqueue');
		expect(jobs!.map(({ json }) => [json['existing'], json['state']])).toEqual([[false, 'queued'], [false, 'queued'], [false, 'queued']]);
		await away.close();
		await back.stop();
	});

	it.each([
		['may throw jobs away', ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'], 'allkeys-lru'],
		['does not persist', ['--appendonly', 'no'], 'does not persist'],
	])('accepts jobs with a Redis that %s, and warns', async (_, args, warning) => {
		const redis = await startRedis({ args });
		const unsafe = await open({ redis: redis.url });
		const flow = await unsafe.import(enqueueFlow(unsafe, codeFor(pins(unsafe, 1))));
		const execution = await run(unsafe, flow.id);
		expect(execution.status).toBe('success');
		expect(JSON.stringify(execution.data.resultData.runData['Enqueue'])).toContain(warning);
		const { message } = await unsafe.n8n.api.testCredential({ ...unsafe.engineCredential, data: unsafe.engineData });
		expect(message).toContain(warning);
		await unsafe.close();
		await redis.stop();
	});

	it('says in Health that nobody serves the address of a trigger any more', async () => {
		const way = await TcpProxy.to(n8n.n8n.port);
		const unheard = await open({ deliveryBaseUrl: `http://127.0.0.1:${way.port}` });
		const status = await unheard.import(statusFlow(unheard, ['job.queued']));
		await unheard.n8n.api.activate(status.id);
		way.refuse();
		await unheard.publishWorkers();
		await enqueue(unheard, pins(unheard, 1));
		const { id } = await unheard.import(publishJobFlow(unheard, { resource: 'health', operation: 'get' }));
		let findings: { level: string }[] = [];
		await until('the finding', async () => {
			findings = N8nApi.outputOf(await run(unheard, id), 'Ask')[0]![0]!.json['findings'] as typeof findings;
			return JSON.stringify(findings).includes('subscription_failing');
		}, { everyMs: 500 });
		expect(findings.filter(({ level }) => level !== 'ok')).toMatchObject([{ level: 'warning', code: 'subscription_failing', subject: expect.stringMatching(/^n8n-/), message: expect.stringContaining(`http://127.0.0.1:${way.port}/`), hint: expect.stringContaining('base URL') }]);
		await way.close();
	});

	it('does not publish a trigger whose address no event may be sent to', async () => {
		const closed = await open({ deliveryBaseUrl: '' });
		const status = await closed.import(statusFlow(closed, ['job.queued']));
		await expect(closed.n8n.api.activate(status.id)).rejects.toThrow(/No event can be delivered to http:\/\/127\.0\.0\.1.*n8n base URL for deliveries/);
	});

	it('does not publish a trigger at whose address nobody answers, and does when the credential is corrected', async () => {
		const lost = await open({ deliveryBaseUrl: 'http://127.0.0.1:9' });
		const { id } = await lost.import(statusFlow(lost, ['job.queued']));
		const published = lost.n8n.api.activate(id, { timeoutMs: 60_000 });
		await expect(published).rejects.toThrow(/Nobody takes events at http:\/\/127\.0\.0\.1:9\/webhook\/.*ECONNREFUSED.*Set .*n8n Base URL for Deliveries/);
		expect(await lost.engine.endpoints.list()).toEqual([]);
		// A test is listened for without any worker.
		await lost.n8n.api.listenForTest(id, 'News');
		await lost.n8n.api.stopListening(id);

		const { engineCredential: { id: credential, name, type }, engineData } = lost;
		await n8n.api.rest('PATCH', `/credentials/${credential}`, { name, type, data: { ...engineData, deliveryBaseUrl: n8n.n8n.url } });
		await n8n.api.activate(id);
		await until('the subscription', async () => (await lost.engine.endpoints.list()).some(({ test }) => !test));
		await lost.publishWorkers();
		await enqueue(lost, pins(lost, 1));
		await until('the event', async () => (await told(lost, id)).length > 0);
		// The trigger that was refused renews nothing: it would bring the old address back.
		await new Promise((resolve) => setTimeout(resolve, 5000));
		expect(await lost.engine.endpoints.list()).toMatchObject([{ url: expect.stringContaining(n8n.n8n.url), paused: false, waiting: 0 }]);
		expect((await told(lost, id)).map(({ event }) => event)).toEqual(['job.queued']);
	});

	async function runItems(items: object[], more: { onError?: 'continueRegularOutput' | 'continueErrorOutput' }): Promise<ExecutionWithData> {
		const { id } = await world.import(enqueueFlow(world, codeFor(items), { parameters, ...more }));
		return run(world, id);
	}
});

interface NodeError {
	name: string;
	message: string;
	description: string;
	context: { itemIndex?: number };
}

function errorOf({ status, data }: ExecutionWithData): NodeError {
	expect(status).toBe('error');
	return data.resultData.error as unknown as NodeError;
}
