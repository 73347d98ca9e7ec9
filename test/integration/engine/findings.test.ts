import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Engine, PublishRequest } from '../../../src';
import { doctor } from '../../../src/bin/doctor';
import { redisOptions } from '../../support/redis';
import { TestWorld } from '../../support/world';

let world: TestWorld;
let engine: Engine;
let made = 0;

beforeEach(async () => {
	world = await TestWorld.start();
	engine = world.engine();
});
afterEach(async () => {
	jest.restoreAllMocks();
	process.exitCode = undefined;
	await world.stop();
});

async function enqueued(changes: Partial<PublishRequest>): Promise<string> {
	const [result] = await engine.enqueue([world.request(++made, changes)]);
	if (!result!.ok) throw result!.error;
	return result!.job.id;
}

/** Names and words of the findings, in the order of their names. */
async function found(): Promise<{ name: string; message: string }[]> {
	const { findings } = await engine.health();
	return findings.filter(({ level }) => level !== 'ok').map(({ code, subject, message }) => ({ name: `${code} ${subject}`, message })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

it('is known by its code and its subject, whatever the numbers in its words', async () => {
	await enqueued({ account: 'acme-us' });
	await enqueued({ account: 'acme-eu' });
	const before = await found();
	expect(before.map(({ name }) => name)).toEqual(['account_not_served acme-eu', 'account_not_served acme-us', 'no_worker null']);
	await enqueued({ account: 'acme-us' });
	const after = await found();
	expect(after.map(({ name }) => name)).toEqual(before.map(({ name }) => name));
	expect(after.filter(({ message }, i) => message !== before[i]!.message).map(({ name }) => name)).toEqual(['account_not_served acme-us']);
});

it('is one for each queue in which failures wait, for each account that is held, and on the command line too', async () => {
	await Promise.all(['acme-us', 'acme-eu'].map((account) => world.serve(engine, account)));
	const ids = await Promise.all([enqueued({ boardId: '999999' }), enqueued({ boardId: '999999' }), enqueued({ boardId: world.board('acme-eu') })]);
	await world.ended(engine, ids);
	world.sandbox.control.addFault({ match: { operation: 'createPin' }, fault: 'spam429', times: 2 });
	await Promise.all(['acme-us', 'acme-eu'].map((account) => enqueued({ account })));
	await world.until(async () => ((await engine.holds()).length === 2 ? true : null));
	const names = ['failures_open client', 'failures_open ops', 'spam_block acme-eu', 'spam_block acme-us'];
	expect((await found()).map(({ name }) => name)).toEqual(names);
	expect((await found())[1]!.message).toContain('wait for ops: 2');

	const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
	await doctor(['--json', ...redisOptions(), '--namespace', world.namespace]);
	const { findings } = JSON.parse(String(log.mock.calls[0]![0])) as { findings: { code: string; subject: string | null }[] };
	expect(findings.map(({ code, subject }) => `${code} ${subject}`).filter((name) => names.includes(name)).sort()).toEqual(names);
});

it('says of all that is well what it looked at, and ends with 0 for monitoring', async () => {
	await world.serve(engine);
	await world.ended(engine, [await enqueued({})]);
	const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
	await doctor([...redisOptions(), '--namespace', world.namespace]);
	const lines = log.mock.calls.map(([line]) => String(line));
	expect(lines.map((line) => line.slice(0, 9))).toEqual(Array(9).fill('ok       '));
	expect(lines.join('\n')).toMatch(/(?:Redis|Valkey) \d+\.\d+\.\d+ keeps what it is told \(append-only file, synced .+\), and uses \d+ MB/);
	expect(lines.join('\n')).toContain('1 worker serves 1 account.');
	expect(process.exitCode).toBe(0);
});

it('asks subscribed addresses when it shall, and says which takes nothing', async () => {
	let status = 200, asked = 0;
	const server = createServer((request, response) => {
		asked++;
		request.resume().on('end', () => response.writeHead(status).end());
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	try {
		const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`, own = world.engine({ deliveryBaseUrl: origin });
		await own.endpoints.create({ url: `${origin}/hook`, events: ['job.failed'], label: 'Shop', probe: false });
		const deliveries = async (options = {}) => (await own.health(options)).findings.find(({ code }) => /^(deliveries|subscription)/.test(code));
		expect([await deliveries(), asked]).toMatchObject([{ code: 'deliveries_ok', message: '1 subscription takes what it is sent.' }, 0]);
		expect(await deliveries({ probe: true })).toMatchObject({ code: 'deliveries_ok', message: '1 subscription takes what it is sent, and its address answers now.' });
		status = 404;
		expect(await deliveries({ probe: true })).toMatchObject({ level: 'warning', code: 'subscription_unreachable', message: expect.stringContaining('Nobody takes events at Shop now: HTTP 404') as string });
		expect(asked).toBe(3); // a refusal is asked twice
		const unsigned = world.engine({ deliveryBaseUrl: origin, signingSecret: undefined });
		expect((await unsigned.health({ probe: true })).findings).toContainEqual(expect.objectContaining({ code: 'subscription_unsure', message: expect.stringContaining('signing secret') as string }));
		expect(asked).toBe(3);
	} finally {
		await new Promise((resolve) => server.close(resolve));
	}
});
