import { withNode } from '../../scripts/demo/workflows.mjs';
import { N8nApi, n8nVersion, type WorkflowJson } from '../support/n8n';
import { codeFor, enqueueFlow, pins, run, type PinItem } from './support/flows';
import { chosen, filled, publish, said, slackOf } from './support/imported';
import { MailServer } from './support/mail';
import { useServices } from './support/services';
import { until, useWorlds, type World } from './support/world';

const services = useServices();
const mail = new MailServer();

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

	it('makes one Pin of each WooCommerce product, and says which product is unfit', async () => {
		services.on('woo.shop.example', () => ({
			headers: { link: '<https://woo.shop.example/wp-json/wc/v3/products>; rel="first"' },
			json: [
				{ id: 17, name: 'Lamp', short_description: '<p>For <b>long</b> evenings</p>', description: '', permalink: 'https://woo.shop.example/lamp', images: [{ src: 'https://woo.shop.example/lamp.jpg' }] },
				{ id: 18, name: 'Bare', short_description: '', description: '', permalink: 'https://woo.shop.example/bare', images: [] },
			],
		}));
		const woo = await credential('WooCommerce account', 'wooCommerceApi', { url: 'https://woo.shop.example', consumerKey: 'ck', consumerSecret: 'cs', includeCredentialsInQuery: false });
		const { first, existing } = await runTwice(filled(chosen(world, 'woocommerce-to-pins', [woo]), place()));
		expect(await jobsOf('woocommerce-17')).toMatchObject([{ title: 'Lamp', link: 'https://woo.shop.example/lamp', creative: { ref: 'https://woo.shop.example/lamp.jpg' } }]);
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

	it('makes one Pin of each record of an Airtable base, and writes the job back', async () => {
		const { account, board } = place();
		const image = [{ id: 'att1', url: 'https://v5.airtableusercontent.com/v3/u/1/2/3/lamp.jpg' }];
		services.on('api.airtable.com', ({ method, body }) => ({
			json: method === 'GET' ? { records: [{ id: 'rec1', createdTime: '2026-11-24T10:00:00.000Z', fields: { Account: account, Board: board, Title: 'Lamp', Link: 'https://shop.example/lamp', Image: image } }] } : body,
		}));
		const airtable = await credential('Airtable account', 'airtableTokenApi', { accessToken: 'pat-of-the-test' });
		const { existing } = await runTwice(filled(chosen(world, 'airtable-to-pins', [airtable]), { base: 'appOfTheTest12345', table: 'tblOfTheTest12345' }));
		const [job] = await jobsOf('rec1');
		expect(job).toMatchObject({ title: 'Lamp', creative: { ref: 'att1' } });
		const written = services.requests('api.airtable.com').filter(({ method }) => method === 'PATCH').map(({ body }) => body);
		expect(JSON.stringify(written)).toContain(job!.id);
		expect(existing).toEqual([true]);
	});

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
		services.forget();
		const often = withNode(filled(chosen(world, 'watchdog', [slack]), { channel: '#ops' }), 'Every five minutes', { parameters: { rule: { interval: [{ field: 'seconds', secondsInterval: 2 }] } } });
		const { id } = await publish(world, often as WorkflowJson);
		await until('the first message', () => said(services).length > 0);
		const runs = async () => (await n8n.api.listExecutions({ workflowId: id })).length;
		const before = await runs();
		await until('three runs more', async () => (await runs()) >= before + 3);
		expect(said(services).map(({ channel }) => channel)).toEqual(['#ops']);
		expect(said(services)[0]!.text).toContain('Failed jobs wait for somebody');
		for (const { id: job, queue } of await world.jobs()) if (queue) await world.engine.failures.handle(job, { what: 'resolve' }, { by: 'Ann' });
		await until('the all-clear', () => said(services).some(({ text }) => text.includes('well again')));
	}, 300_000);
});
