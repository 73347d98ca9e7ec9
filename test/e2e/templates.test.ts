import { engineCredential } from '../../scripts/demo/credentials.mjs';
import { reference, withCredential, withNode } from '../../scripts/demo/workflows.mjs';
import { freePort } from '../../scripts/lib/ports.mjs';
import type { JobView } from '../../src';
import { N8nApi, n8nVersion, type WorkflowJson } from '../support/n8n';
import { codeFor, enqueue, enqueueFlow, pins, run, told, type PinItem } from './support/flows';
import { chosen, filled, publish, said, slackOf } from './support/imported';
import { MailServer } from './support/mail';
import { useServices } from './support/services';
import { until, useWorlds, type Account, type World } from './support/world';

const services = useServices();
const mail = new MailServer();
const png = Buffer.from('89504e470d0a1a0a0000000d494844520000025800000384080200000000', 'hex');

describe(`workflows to import, on n8n ${n8nVersion}`, () => {
	const { n8n, open } = useWorlds(() => services.env);
	let world: World;
	beforeAll(async () => {
		world = await open({ accounts: ['acme-us'] });
	}, 120_000);
	afterAll(() => mail.stop());

	const credential = (name: string, type: string, data: Record<string, unknown>) => n8n.api.createCredential({ name, type, data });
	const place = () => ({ account: 'acme-us', board: world.accounts[0]!.boards[0]! });
	const jobsOf = async (source: string) => (await world.engine.list({ source })).jobs;
	/** Runs it twice, as its schedule would. */
	async function runTwice(workflow: WorkflowJson) {
		const { id } = await world.import(workflow);
		const first = await run(world, id, 'Every hour');
		const again = await run(world, id, 'Every hour');
		expect([first, again].map(({ status, data }) => [status, data.resultData.error?.message])).toEqual([['success', undefined], ['success', undefined]]);
		return { first, existing: N8nApi.outputOf(again, 'Enqueue')[0]!.map(({ json }) => json['existing']) };
	}

	it('makes the first Pin: the worker lists the boards, one is put in, a second run makes no second Pin, and its end starts the workflow once', async () => {
		const place = await open({ accounts: ['acme-us'] });
		const [{ credential: token, boards: [board] }] = place.accounts as [Account];
		const flow = withNode(chosen(place, 'first-pins'), 'Pinterest Publish Worker', { parameters: { authentication: 'accessToken' }, credentials: { [token.type]: reference(token) } }) as WorkflowJson;
		const { id } = await place.import(flow);
		const list = (method: string) => n8n.api.rest('POST', '/dynamic-node-parameters/resource-locator-results', {
			path: 'parameters.board', methodName: method, nodeTypeAndVersion: { name: 'n8n-nodes-pinterest-jobs.pinterestPublishJob', version: 1 },
			currentNodeParameters: { account: { __rl: true, mode: 'name', value: 'acme-us' } }, credentials: place.credentials, workflowId: id, projectId: undefined,
		}) as Promise<{ results: { name: string; value: string }[] }>;
		await expect(list('searchBoards')).rejects.toThrow('No board is known of acme-us');
		// What the notes say: executing the worker publishes nothing and lists the boards, of which one is put in by its number.
		const [shown] = N8nApi.outputOf(await run(place, id, 'Pinterest Publish Worker'), 'Pinterest Publish Worker')[0]!;
		expect(shown!.json).toMatchObject({ ok: true, account: 'acme-us', boards: expect.arrayContaining([expect.objectContaining({ id: board })]) });
		expect(place.sandbox.control.summary()).toMatchObject({ pins: 0 });
		await n8n.api.updateWorkflow(id, withNode(flow, 'Pinterest Publish Job', { parameters: { board: { __rl: true, mode: 'id', value: board } } }) as WorkflowJson);

		await n8n.api.activate(id, { timeoutMs: 60_000 });
		await until('the boards', async () => (await place.engine.accounts()).some(({ boards }) => boards.length > 0));
		expect((await list('searchBoards')).results.map(({ value }) => value).sort()).toEqual([...place.accounts[0]!.boards].sort());
		const enqueued = async () => N8nApi.outputOf(await run(place, id), 'Pinterest Publish Job')[0]!.map(({ json }) => [json['source'], json['existing']]);
		expect([await enqueued(), await enqueued()]).toEqual([[['my-first-pin', false]], [['my-first-pin', true]]]);
		const [job] = await place.untilEnded(1);
		expect(job).toMatchObject({ state: 'succeeded', board: { id: board }, title: 'A lamp for long evenings' });
		expect(place.sandbox.control.pins().items).toMatchObject([{ id: job!.pinId }]);
		await place.untilTold();
		const events = (await told(place, id, { node: 'Pinterest Job Status Trigger' })).map(({ event, job: of }) => [event, (of as JobView).id]);
		expect(events).toEqual([['job.succeeded', job!.id]]);
	}, 300_000);

	it('makes one Pin of each WooCommerce product, and says which product is unfit', async () => {
		services.on('woo.shop.example', () => ({
			headers: { link: '<https://woo.shop.example/wp-json/wc/v3/products>; rel="first"' },
			json: [
				{ id: 17, name: 'Lamp &amp; Shade &#8211; brass', short_description: `<p>For <b>long</b> evenings&hellip;</p> ${'and evenings '.repeat(100)}`, description: '', permalink: 'https://woo.shop.example/lamp', images: [{ src: 'https://woo.shop.example/lamp.jpg' }] },
				{ id: 18, name: 'Bare', short_description: '', description: '', permalink: 'https://woo.shop.example/bare', images: [] },
			],
		}));
		const woo = await credential('WooCommerce account', 'wooCommerceApi', { url: 'https://woo.shop.example', consumerKey: 'ck', consumerSecret: 'cs', includeCredentialsInQuery: false });
		const { first, existing } = await runTwice(filled(chosen(world, 'woocommerce-to-pins', [woo]), place()));
		expect(await jobsOf('woocommerce-17')).toMatchObject([{ title: 'Lamp & Shade – brass', link: 'https://woo.shop.example/lamp', creative: { ref: 'https://woo.shop.example/lamp.jpg' } }]);
		const [{ pinDescription }] = N8nApi.outputOf(first, 'Fit for Pinterest')[0]!.map(({ json }) => json) as [{ pinDescription: string }];
		expect(pinDescription).toMatch(/^For long evenings… and .* (and|evenings)…$/);
		expect(pinDescription.length).toBeGreaterThan(780);
		expect(pinDescription.length).toBeLessThanOrEqual(800);
		expect(N8nApi.outputOf(first, 'What to fix')[0]).toMatchObject([{ json: { product: '18', todo: expect.stringMatching(/image/i) } }]);
		expect(existing).toEqual([true]);
	});

	it('makes one Pin of each Shopify product', async () => {
		services.on('acme.myshopify.com', () => ({
			json: { products: [{ id: 7, title: 'Chair', body_html: '<p>To sit</p>', handle: 'chair', image: { src: 'https://cdn.shop.example/chair.jpg' } }] },
		}));
		const shopify = await credential('Shopify account', 'shopifyAccessTokenApi', { shopSubdomain: 'acme', accessToken: 'shpat_of-the-test', appSecretKey: 'key' });
		const { existing } = await runTwice(filled(chosen(world, 'shopify-to-pins', [shopify]), { ...place(), shop: 'acme.example' }));
		expect(await jobsOf('shopify-7')).toMatchObject([{ title: 'Chair', link: 'https://acme.example/products/chair' }]);
		expect(existing).toEqual([true]);
	});

	it('makes one Pin of each record of an Airtable base, and writes back the job and what became of it', async () => {
		const place = await open({ accounts: ['acme-us'] });
		const { name: account, boards: [board] } = place.accounts[0]!;
		const record = (id: string, image?: string) => ({
			id, createdTime: '2026-11-24T10:00:00.000Z',
			fields: { Account: account, Board: board, Title: 'Lamp', Link: 'https://shop.example/lamp', ...(image && { Image: [{ id: `att-${id}`, url: `https://dl.airtable.com/${image}`, filename: image, type: 'image/png' }] }) },
		});
		services.on('dl.airtable.com', ({ path }) => ({ headers: { 'content-type': 'image/png' }, bytes: path === '/lamp.png' ? png : Buffer.from('a table of prices') }));
		services.on('api.airtable.com', ({ method, body }) => ({ json: method === 'GET' ? { records: [record('rec1', 'lamp.png'), record('rec2', 'prices.png'), record('rec3')] } : body }));
		const airtable = await credential('Airtable account', 'airtableTokenApi', { accessToken: 'pat-of-the-test' });
		const flow = filled(chosen(place, 'airtable-to-pins', [airtable]), { base: 'appOfTheTest12345', table: 'tblOfTheTest12345' });
		const { id } = await publish(place, flow);
		services.forget();
		expect((await run(place, id, 'Every hour')).status).toBe('success');
		// A job made elsewhere has no record to write to.
		await enqueue(place, pins(place, 1, { prefix: 'elsewhere' }));
		const [job] = (await place.engine.list({ source: 'rec1' })).jobs;
		expect(job).toMatchObject({ title: 'Lamp', creative: { kind: 'image_base64', ref: 'att-rec1' }, metadata: { airtable: { record: 'rec1' } } });
		expect(services.requests('api.airtable.com')[0]!.query).toMatchObject({ filterByFormula: "{Pin} = ''" });
		const written = (of: string) => services.requests('api.airtable.com').filter(({ method }) => method === 'PATCH').flatMap(({ body }) => (body as { records: { id: string; fields: Record<string, string> }[] }).records)
			.filter((one) => one.id === of).map(({ fields }) => fields);
		expect(written('rec1')).toEqual([{ Job: job!.id }]);
		expect(written('rec2')).toEqual([{ 'To do': expect.stringContaining('not a JPEG or PNG image') }]);
		expect(written('rec3')).toEqual([{ 'To do': expect.stringContaining('Image_0') }]);

		await place.publishWorkers();
		const [ended] = (await place.untilEnded(2)).filter(({ source }) => source === 'rec1');
		await place.untilTold();
		expect(written('rec1').at(-1)).toEqual({ State: 'succeeded', Pin: ended!.pinUrl, 'To do': '' });
		expect(N8nApi.outputOf(await run(place, id, 'Every hour'), 'Enqueue')[0]!.map(({ json }) => json['existing'])).toEqual([true]);
		expect((await n8n.api.listExecutions({ workflowId: id, status: 'error' })).length).toBe(0);
		expect(place.sandbox.control.summary()).toMatchObject({ pins: 2, double: 0 });
	}, 300_000);

	it('tells a client by mail what it may read: what was published, and what it has to send', async () => {
		const port = await mail.start();
		const smtp = await credential('SMTP account', 'smtp', { host: '127.0.0.1', port, secure: false, disableStartTls: true, user: '', password: '' });
		const [good, broken, ofAnother] = pins(world, 3, { prefix: 'client' }) as [PinItem, PinItem, PinItem];
		const items = [{ ...good, client: 'Acme' }, { ...broken, client: 'Acme', image: 'https://shop.example/broken/lamp.jpg' }, { ...ofAnother, client: 'Other' }];
		const { id: flow } = await world.import(enqueueFlow(world, codeFor(items), { parameters: { options: { client: '={{ $json.client }}' } } }));
		await run(world, flow);
		await world.publishWorkers();
		await until('all to end', async () => (await world.jobs()).filter(({ source }) => source?.startsWith('client-')).every(({ finishedAt }) => finishedAt !== null), { timeoutMs: 120_000 });
		const { id } = await world.import(chosen(world, 'client-digest', [smtp]));
		await run(world, id, 'Every morning');
		const jobs = new Map((await world.jobs()).map((job) => [job.source, job]));
		const failed = jobs.get(broken.record!)!.lastError!;
		expect(mail.mails.map(({ to }) => to)).toEqual([['marketing@acme.example']]);
		const read = mail.mails[0]!.text.replace(/=\n/g, '');
		expect(read).toContain(jobs.get(good.record!)!.pinUrl!);
		expect(read).toContain(failed.clientMessage);
		for (const internal of [failed.code, failed.hint, failed.message, String(ofAnother.title)]) expect(read).not.toContain(internal);
	}, 300_000);

	it('watches: one message when something is wrong, none while it stays so, and one when it is well again', async () => {
		const slack = await slackOf(world, services);
		// The first time Slack is away: what it did not take is said again.
		let isAway = true;
		services.on('slack.com', ({ body }) => (isAway ? { status: 503, text: 'away' } : { json: { ok: true, ts: '1.1', channel: (body as { channel: string }).channel, message: {} } }));
		services.forget();
		const often = withNode(filled(chosen(world, 'watchdog', [slack]), { channel: '#ops' }), 'Every five minutes', { parameters: { rule: { interval: [{ field: 'seconds', secondsInterval: 2 }] } } });
		const { id } = await publish(world, often as WorkflowJson);
		const runs = async (status: 'success' | 'error') => (await n8n.api.listExecutions({ workflowId: id, status })).length;
		await until('a run that could not say it', async () => (await runs('error')) > 0);
		[isAway] = [false];
		services.forget();
		await until('the first message', async () => said(services).length > 0 && (await runs('success')) > 0);
		const before = await runs('success');
		await until('three runs more', async () => (await runs('success')) >= before + 3);
		expect(said(services).map(({ channel }) => channel)).toEqual(['#ops']);
		expect(said(services)[0]!.text).toContain('Failed jobs wait for ');
		for (const { id: job, queue } of await world.jobs()) if (queue) await world.engine.failures.handle(job, { what: 'resolve' }, { by: 'Ann' });
		await until('the all-clear', () => said(services).some(({ text }) => text.includes('well again')));
		expect(said(services)).toHaveLength(2);
	}, 300_000);

	it('watches from outside: Redis that does not answer is said too', async () => {
		const { data } = engineCredential({ redisUrl: `redis://127.0.0.1:${await freePort()}`, namespace: world.namespace, n8nUrl: n8n.n8n.url, timeFactor: 1 });
		const gone = await credential('An engine that is gone', 'pinterestJobsEngineApi', data);
		const slack = await slackOf(world, services);
		services.forget();
		const { id } = await world.import(withCredential(filled(chosen(world, 'watchdog', [slack]), { channel: '#ops' }), gone));
		expect((await run(world, id, 'Every five minutes')).status).toBe('success');
		expect(said(services)).toMatchObject([{ channel: '#ops', text: expect.stringMatching(/needs a look\*\n:red_circle: .*Redis/) }]);
	});
});
