import type { Page } from 'playwright-core';
import { workerNode } from '../../scripts/demo/workflows.mjs';
import { makeTable, readTable } from '../../scripts/demo/sheet.mjs';
import { N8nApi, n8nVersion } from '../support/n8n';
import { keepPicture, useBrowser } from './support/browser';
import { enqueue, pins, run, type PinItem } from './support/flows';
import { chosen, filled, publish, said, slackOf } from './support/imported';
import { useServices } from './support/services';
import { until, useWorlds, type World } from './support/world';

const login = { username: 'ops', password: 'a-password-of-the-onboarding' };

describe(`a client from the first day on, on n8n ${n8nVersion}`, () => {
	const services = useServices();
	const { n8n, open } = useWorlds(() => services.env);
	const pageFor = useBrowser();

	describe('who takes on a client', () => {
		let world: World;
		let page: Page;
		let board: string;
		const address = () => `${n8n.n8n.url}/form/pinterest-onboarding`;

		beforeAll(async () => {
			world = await open({ accounts: ['acme-us', 'other'] });
			board = world.accounts[0]!.boards[0]!;
			const basic = await n8n.api.createCredential({ name: 'Login of ops', type: 'httpBasicAuth', data: { user: login.username, password: login.password } });
			await publish(world, chosen(world, 'client-onboarding', [basic]));
			page = await pageFor(login);
		}, 120_000);

		/** Fills in the form and gives the page that answers. */
		async function answer(title: string, action: 'Only look' | 'Publish one test Pin', on = '') {
			await page.goto(address());
			await page.fill('#field-0', 'Lamps & Sons');
			await page.fill('#field-1', 'acme-us');
			await page.selectOption('#field-2', action);
			if (action !== 'Only look') {
				await page.fill('#field-3', on);
				await page.fill('#field-4', 'https://shop.example/images/lamp.jpg');
				await page.fill('#field-5', 'https://shop.example/lamp');
			}
			await page.click('#submit-btn');
			await page.waitForSelector(`h1:has-text("${title}")`);
			return (await page.textContent('.header'))!;
		}

		it('is let in with the login only', async () => {
			expect((await fetch(address())).status).toBe(401);
			expect((await fetch(address(), { method: 'POST', body: new FormData() })).status).toBe(401);
		});

		it('is told each step that is missing, and where it is done', async () => {
			const text = await answer('Lamps & Sons: 4 steps are missing', 'Only look');
			expect(text).toContain('add a Pinterest Publish Worker with Account Name acme-us');
			expect(text).toContain('Write Lamps & Sons into Client Label');
			const to = await page.$$eval('.header a', (links) => links.map((link) => link.getAttribute('href')));
			expect(to).toEqual([`${n8n.n8n.url}/home/credentials`, `${n8n.n8n.url}/home/workflows`]);
			await keepPicture(page, 'onboarding-1-missing');
		});

		it('gets no test Pin of an account that nobody serves', async () => {
			expect(await answer('5 steps are missing', 'Publish one test Pin', board)).toContain('has to wait until a worker publishes');
			expect(await world.jobs()).toEqual([]);
		});

		it('sees as whom the account is connected and which boards it has, once its worker is published', async () => {
			const [{ name, credential }] = world.accounts as [World['accounts'][number]];
			await publish(world, { name: 'Worker', nodes: [workerNode({ account: name, credential, engine: world.engineCredential, parameters: { client: 'Lamps & Sons' } })], connections: {} });
			await world.untilServed([name]);
			const text = await answer('Lamps & Sons is ready', 'Only look');
			const { username, boards } = world.sandbox.control.account(name);
			for (const known of [`@${username}`, ...boards.map((one) => `${one.name}: ${one.id}`)]) expect(text).toContain(known);
			expect(text).not.toContain(world.accounts[1]!.boards[0]);
			await keepPicture(page, 'onboarding-2-ready');
		});

		it('gets one test Pin however often it is asked for, and none on a board of somebody else', async () => {
			const foreign = world.accounts[1]!.boards[0]!;
			expect(await answer('one step is missing', 'Publish one test Pin', foreign)).toContain(`Board ${foreign} is none of its boards.`);
			expect(await world.jobs()).toEqual([]);
			await answer('Lamps & Sons is ready', 'Publish one test Pin', board);
			const [job] = await world.untilEnded(1);
			expect(job).toMatchObject({ state: 'succeeded', source: `onboarding-acme-us-${board}`, client: 'Lamps & Sons', link: 'https://shop.example/lamp' });
			expect(await answer('Lamps & Sons is ready', 'Publish one test Pin', board)).toContain(`Published: ${job!.pinUrl!}`);
			await keepPicture(page, 'onboarding-3-published');
			expect(world.sandbox.control.summary()).toMatchObject({ pins: 1, double: 0 });
		});
	});

	it('hears once a week what has slipped through: rows without a job, jobs that wait, failures nobody touched, Pins not written', async () => {
		const world = await open({ accounts: ['acme-us'] });
		const workers = await world.publishWorkers();
		await world.untilServed();
		const [done, fresh, unfit, failed, touched, waiting] = pins(world, 6, { prefix: 'week' }) as [PinItem, PinItem, PinItem, PinItem, PinItem, PinItem];
		for (const one of [failed, touched]) one.image = one.image!.replace('/images/', '/images/broken-');
		unfit.image = '';
		await enqueue(world, [done, failed, touched]);
		const jobOf = async ({ record }: PinItem) => (await world.engine.list({ source: record! })).jobs[0]!;
		await world.untilEnded(3);
		await world.engine.failures.handle((await jobOf(touched)).id, { what: 'note', note: 'Asked for another image' }, { by: 'Ann' });
		await n8n.api.deactivate(workers.id);
		await until('nobody to serve', async () => !(await world.engine.accounts())[0]!.served);
		await enqueue(world, [waiting]);
		const tableId = await makeTable(n8n.api, [done, fresh, unfit, failed, touched, waiting].map((item) => ({ description: '', ...item })) as Parameters<typeof makeTable>[1]);

		const slack = await slackOf(world, services);
		const { id } = await world.import(filled(chosen(world, 'weekly-check', [slack]), { channel: '#ops', days: '0' }));
		const report = async () => {
			services.forget();
			const execution = await run(world, id, 'Every Monday');
			expect([execution.status, execution.data.resultData.error?.message]).toEqual(['success', undefined]);
			expect(said(services)).toMatchObject([{ channel: '#ops' }]);
			return { execution, lines: said(services)[0]!.text.split('\n') };
		};
		const first = await report();
		expect(first.lines).toEqual([
			'*Weekly check:* 6 rows, 1 published',
			':heavy_plus_sign: *Had no job and was enqueued now: 1*', `      ${fresh.record} (${fresh.title})`,
			':no_entry: *Cannot be enqueued as it is: 1*', expect.stringMatching(new RegExp(`^ {6}${unfit.record}: Image URL is empty`)),
			':hourglass: *Waits for more than 0 days: 1*', expect.stringMatching(new RegExp(`^ {6}${waiting.record} \\(${waiting.title}\\): .*worker`, 'i')),
			':warning: *Failed, and nobody has touched it: 1*', `      ${failed.record} (${failed.title}): ${(await jobOf(failed)).lastError!.hint}`,
			':memo: *Published, and the sheet did not show it; written now: 1*', `      ${done.record}: ${(await jobOf(done)).pinUrl}`,
		]);
		expect(N8nApi.outputOf(first.execution, 'Enqueue').map((items) => items.length)).toEqual([1, 1]);
		const rows = new Map((await readTable(n8n.api, tableId)).map((row) => [row.record, row]));
		expect(rows.get(fresh.record!)!.job).toBe((await jobOf(fresh)).id);
		expect(rows.get(done.record!)).toMatchObject({ state: 'succeeded', pin: (await jobOf(done)).pinUrl });
		expect(rows.get(unfit.record!)!.todo).toContain('Image URL is empty');

		const { lines } = await report();
		expect(lines.join('\n')).not.toMatch(/Had no job|did not show it/);
		expect(lines).toContain(':hourglass: *Waits for more than 0 days: 2*');

		await n8n.api.activate(workers.id, { timeoutMs: 120_000 });
		await world.untilEnded(5);
		expect(world.sandbox.control.summary()).toMatchObject({ pins: 3, double: 0 });
	}, 300_000);
});
