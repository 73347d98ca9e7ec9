import type { Page } from 'playwright-core';
import { withExtraNode, withNode } from '../../scripts/demo/workflows.mjs';
import { n8nVersion, type WorkflowJson } from '../support/n8n';
import { keepPicture, useBrowser } from './support/browser';
import { enqueue, pins, run, unchecked } from './support/flows';
import { chosen, linkIn, publish, said, slackOf } from './support/imported';
import { useServices } from './support/services';
import { states, until, useWorlds, type World } from './support/world';

const ops = { username: 'ops', password: 'a-password-of-the-ops-form' };
const ann = { username: 'ann', password: 'a-password-of-ann' };

// Fields of the form are known by their number.
const cause = '#field-1', problem = '#field-5', what = '#field-6', why = '#field-7', action = '#field-9', boards = '#field-11', board = '#field-12';
const link = '#field-15', title = '#field-17', description = '#field-18', pin = '#field-21', note = '#field-23';

// One story in order: each test goes on where the one before it stopped.
describe(`from a failure to Slack, the ops form and the Pin, on n8n ${n8nVersion}`, () => {
	const services = useServices();
	const { open } = useWorlds(() => services.env);
	const pageFor = useBrowser();
	let world: World;
	let page: Page;
	let alerts: { id: string };
	let own: string, foreign: string[];
	const lines = 'Warm light.\nA switch that is found in the dark.';

	beforeAll(async () => {
		world = await open({ accounts: ['acme-us', 'acme-eu'] });
		own = world.accounts[0]!.boards[0]!;
		foreign = world.accounts[1]!.boards;
		alerts = await publish(world, chosen(world, 'alerts-to-slack', [await slackOf(world, services)]));
		await publish(world, await formOfTwo());
		await world.publishWorkers();
		await world.untilServed();
		page = await pageFor(ops);
	}, 240_000);

	/** The form as it is imported, and with a trigger for Ann as its first note tells. */
	async function formOfTwo(): Promise<WorkflowJson> {
		const [basic, hers] = await Promise.all([ops, ann].map(({ username, password }) =>
			world.n8n.api.createCredential({ name: `Login of ${username}`, type: 'httpBasicAuth', data: { user: username, password } })));
		const form = chosen(world, 'ops-form', [basic!]);
		const trigger = form.nodes.find((node) => (node as { name: string }).name === 'Form of ops') as Parameters<typeof withExtraNode>[1];
		const copied = withExtraNode(form, { ...trigger, id: 'form-of-ann', name: 'Form of ann', ...{ webhookId: 'pinterest-ops-ann' } });
		const options = { ...(trigger.parameters['options'] as object), path: 'pinterest-ops-ann' };
		const both = withNode(copied, 'Form of ann', { parameters: { options }, credentials: { httpBasicAuth: { id: hers!.id, name: hers!.name } } });
		return { ...both, connections: { ...both.connections, 'Form of ann': (form.connections as Record<string, unknown>)['Form of ops'] } };
	}

	const about = async (words: string) => {
		await until('the message in Slack', () => said(services).some(({ text }) => text.includes(words)), { say: () => JSON.stringify(said(services)) });
		return said(services).find(({ text }) => text.includes(words))!;
	};
	const submit = async () => await page.click('#submit-btn');
	const choose = async (boardId: string) => {
		const row = (await page.inputValue(boards)).split('\n').findIndex((text) => text.endsWith(` · ${boardId}`));
		await page.click(`label[for="option${row}_field-10"]`);
	};
	const show = async (address: string, step: string) => {
		await page.goto(address);
		await submit();
		await page.waitForSelector(`#field-2[value="${step}"]`, { state: 'attached' });
	};
	const done = async (words: string) => {
		await submit();
		await page.waitForSelector(`h1:has-text("${words}")`);
	};
	const formOf = (jobId: string) => `${world.n8n.n8n.url}/form/pinterest-ops?job=${jobId}`;

	it('says in Slack what failed, what to do and where, when a Pin is meant for a board of somebody else', async () => {
		await enqueue(world, [{ ...pins(world, 1)[0]!, board: foreign[0], title: 'A lamp for long evenings', description: lines }], unchecked);
		const { channel, text } = await about(`Board ${foreign[0]} of acme-us`);
		expect(channel).toBe('#pinterest-clients');
		expect(text).toContain('1 job so far failed');
		expect(text).toContain('*What to do:* acme-us is neither owner nor collaborator');
		expect(text).toContain('*Fields that would fix it:* board, account');
		expect(linkIn(text)).toBe(`${world.n8n.n8n.url}/form/pinterest-ops?cause=${encodeURIComponent(`board_not_permitted|acme-us|${foreign[0]}`)}`);
	});

	it('opens the form for nobody without the login, nor takes anything from them', async () => {
		const address = linkIn((await about(foreign[0]!)).text);
		const wrong = { authorization: `Basic ${Buffer.from('ops:another').toString('base64')}` };
		for (const headers of [{}, wrong]) {
			expect((await fetch(address, { headers })).status).toBe(401);
			expect((await fetch(address, { method: 'POST', headers, body: new FormData() })).status).toBe(401);
		}
	});

	it('shows the job behind the link with its hint, its fields and the boards of its account', async () => {
		await page.goto(linkIn((await about(foreign[0]!)).text));
		expect(await page.inputValue(cause)).toBe(`board_not_permitted|acme-us|${foreign[0]}`);
		await keepPicture(page, 'ops-form-1-which');
		await submit();
		await page.waitForSelector('#field-2[value="job"]', { state: 'attached' });
		expect(await page.inputValue(what)).toBe('A lamp for long evenings');
		expect(await page.inputValue(why)).toContain('is neither owner nor collaborator of board');
		expect((await page.inputValue(boards)).split('\n').map((row) => row.split(' · ')[1]).sort()).toEqual([...world.accounts[0]!.boards].sort());
		expect(await page.locator('#field-10 .multiselect-option:visible').count()).toBe(world.accounts[0]!.boards.length);
		expect(await page.locator('#field-10 :checked').count()).toBe(0);
		expect(await page.inputValue(description)).toBe(lines);
		expect(await page.inputValue(link)).toBe('https://shop.example/pin/acme-us/0');
		await keepPicture(page, 'ops-form-2-correct');
	});

	it('comes back with what was typed and the reason, when the correction would fail again', async () => {
		await page.fill(board, '123');
		await page.fill(title, 'A lamp & its shade');
		await submit();
		await page.waitForURL(/problem=/);
		expect(await page.inputValue(problem)).toContain('Board 123 is none of the');
		expect(await page.inputValue(board)).toBe('123');
		expect(await page.inputValue(title)).toBe('A lamp & its shade');
		await keepPicture(page, 'ops-form-3-refused');
		expect(await world.jobs()).toMatchObject([{ state: 'failed', revision: 1 }]);
	});

	it('publishes the Pin under the same key once the board is right, in the name of who is signed in', async () => {
		const [before] = await world.jobs();
		await choose(own);
		await done('Back in the queue');
		await keepPicture(page, 'ops-form-4-done');
		const [job] = await world.untilEnded(1);
		expect(job).toMatchObject({ id: before!.id, state: 'succeeded', revision: 2, board: { id: own }, title: 'A lamp & its shade', description: lines });
		expect(job!.revisions).toMatchObject([{ revision: 2, by: 'ops', changes: { boardId: { from: foreign[0], to: own } } }]);
		expect(Object.keys(job!.revisions[0]!.changes).sort()).toEqual(['boardId', 'title']);
		expect(world.sandbox.control.summary()).toMatchObject({ pins: 1, double: 0 });
	});

	it('says so when somebody else was faster', async () => {
		const [job] = await world.jobs();
		await page.goto(formOf(job!.id));
		await done('Nothing left to fix');
	});

	it('says 41 failures of one cause in one message, and requeues all of them with one form', async () => {
		services.forget();
		const many = pins(world, 41, { prefix: 'many' }).map(({ account, record, title: words, link: to, image }) => (
			{ account, boardId: foreign[1]!, source: record, title: words, link: to, media: { kind: 'image_url' as const, url: image! }, client: 'Lamps & <Sons>' }));
		await world.engine.enqueue(many);
		await until('41 failures', async () => states(await world.jobs())['failed'] === 41, { timeoutMs: 120_000 });
		const { text } = await about(foreign[1]!);
		expect(text).toContain('(Lamps &amp; &lt;Sons&gt;)');
		await run(world, alerts.id, 'Every hour');
		expect(said(services).at(-1)).toMatchObject({ channel: '#pinterest-clients', text: expect.stringContaining('*Last hour, client:* 41 new, 41 open, 1 cause') });

		page = await pageFor(ann);
		await show(linkIn(text).replace('pinterest-ops', 'pinterest-ops-ann'), 'cause');
		expect(await page.inputValue(what)).toBe(`Board ${foreign[1]} of acme-us: 41 jobs`);
		await choose(own);
		await keepPicture(page, 'ops-form-5-cause');
		await done('Back in the queue');
		await keepPicture(page, 'ops-form-6-all');
		const jobs = await world.untilEnded(42, 300_000);
		expect(states(jobs)).toEqual({ succeeded: 42 });
		expect(jobs.map(({ revisions }) => revisions.at(-1)!.by).sort()).toEqual([...Array<string>(41).fill('ann'), 'ops']);
		expect(world.sandbox.control.summary()).toMatchObject({ pins: 42, double: 0 });
		await world.untilTold();
		expect(said(services).filter(({ text: words }) => words.startsWith(':warning:'))).toHaveLength(1);
	});

	it('leaves a failure for later, and closes it with a note, each in the history of the job', async () => {
		page = await pageFor(ops);
		await enqueue(world, [{ ...pins(world, 1, { prefix: 'later' })[0]!, board: foreign[0] }], unchecked);
		const { id } = (await world.untilEnded(43)).find(({ state }) => state === 'failed')!;
		await show(formOf(id), 'job');
		await page.selectOption(action, 'Leave it for later');
		await page.fill(note, 'Asked Acme for an invitation');
		await keepPicture(page, 'ops-form-7-later');
		await done('Left for later');
		expect(Date.parse((await world.engine.get(id)).queue!.snoozedUntil!)).toBeGreaterThan(Date.now() + 23 * 3_600_000);
		await show(formOf(id), 'job');
		await page.selectOption(action, 'Close it without a Pin');
		await done('Closed');
		expect(await world.engine.get(id)).toMatchObject({
			state: 'failed', queue: null, handling: [{ what: 'snoozed', by: 'ops', note: 'Asked Acme for an invitation' }, { what: 'resolved', by: 'ops' }],
		});
	});

	it('takes a verdict on a Pin that nobody could find out about', async () => {
		world.sandbox.control.changeAccount('acme-us', { readsForbidden: true });
		world.sandbox.control.addFault({ fault: 'commitThenHang', match: { operation: 'createPin', link: 'doubt' } });
		await enqueue(world, pins(world, 1, { prefix: 'doubt' }));
		const jobs = await world.untilEnded(44, 240_000);
		const doubtful = jobs.find(({ link: to }) => to?.includes('/doubt/'))!;
		expect(doubtful.lastError!.code).toBe('outcome_unknown');
		const [published] = world.sandbox.control.pins({ link: 'doubt' }).items;
		await show(formOf(doubtful.id), 'doubt');
		await submit();
		await page.waitForURL(/problem=/);
		expect(await page.inputValue(problem)).toBe('Choose what shall happen.');
		await page.selectOption(action, 'The Pin is there');
		await page.fill(pin, `https://www.pinterest.com/pin/${published!.id}/`);
		await keepPicture(page, 'ops-form-8-verdict');
		await done('Noted');
		expect(await world.engine.get(doubtful.id)).toMatchObject({ state: 'succeeded', pinId: published!.id, revisions: [{ by: 'ops' }] });
		expect(world.sandbox.control.summary()).toMatchObject({ pins: 43, double: 0 });
	});
});
