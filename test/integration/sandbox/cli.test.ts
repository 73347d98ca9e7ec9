import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sandbox } from '../../../src/bin/sandbox';
import type { WorldView } from '../../../src/sandbox';

let folder: string;
const printed: string[] = [];
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
	printed.length = 0;
	jest.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
});
afterEach(async () => {
	jest.restoreAllMocks();
	await rm(folder, { recursive: true });
});

/** Runs the command until `during` is done, and ends it as Ctrl-C does. */
async function run(argv: string[], during: (printed: string) => Promise<void>): Promise<void> {
	const running = sandbox(['--port', '0', ...argv]);
	while (printed.length === 0) await Promise.race([running, new Promise(setImmediate)]);
	await during(printed[0]!);
	process.emit('SIGINT');
	await running;
}

it('prints what is needed to use it: address, app, tokens and boards', async () => {
	await run(['--accounts', 'acme-us,acme-eu'], async (text) => {
		expect(text).toMatch(/http:\/\/127\.0\.0\.1:\d+\/v5[^]*App: id \d+[^]*acme-us[^]*pina_\w+[^]*Board Summer: \d+[^]*acme-eu/);
	});
});

it('serves until it is told to end', async () => {
	await run(['--json', '--faults', 'error500Before=1'], async (text) => {
		const { url, accounts } = JSON.parse(text) as WorldView;
		const headers = { authorization: `Bearer ${accounts[0]!.accessToken}` };
		expect((await fetch(`${url}/user_account`, { headers })).status).toBe(200);
	});
	const { url } = JSON.parse(printed[0]!) as WorldView;
	await expect(fetch(`${url}/user_account`)).rejects.toThrow('fetch failed');
});

it('tells of a time factor other than 1, whoever set it, beside its JSON', async () => {
	const told = jest.spyOn(console, 'error').mockImplementation();
	const file = join(folder, 'config.json');
	await writeFile(file, JSON.stringify({ timeFactor: 30 }));
	await run(['--json'], async () => {});
	expect(told).not.toHaveBeenCalled();
	printed.length = 0;
	await run(['--json', '--time-factor', '60'], async (text) => void JSON.parse(text));
	printed.length = 0;
	await run(['--config', file], async () => {});
	expect(told.mock.calls).toEqual([60, 30].map((factor) => [`Time factor ${factor}: every delay is divided by it; only for trials.`]));
});

it('takes more options from a file, and lets the flags win', async () => {
	const file = join(folder, 'config.json');
	await writeFile(file, JSON.stringify({ seed: 3, world: { accounts: [{ name: 'from-file', boards: [{ id: '42', name: 'B' }] }] } }));
	await run(['--json', '--config', file], async (text) => {
		expect((JSON.parse(text) as WorldView).accounts).toMatchObject([{ name: 'from-file', boards: [{ id: '42' }] }]);
	});
	printed.length = 0;
	await run(['--json', '--config', file, '--accounts', 'flag'], async (text) => {
		expect((JSON.parse(text) as WorldView).accounts).toMatchObject([{ name: 'flag' }]);
	});
});

it('refuses what it does not understand', async () => {
	const file = join(folder, 'config.json');
	await writeFile(file, JSON.stringify({ acounts: [] }));
	await expect(sandbox(['--config', file])).rejects.toThrow('acounts');
	await expect(sandbox(['--faults', 'teapot=1'])).rejects.toThrow('teapot');
	await expect(sandbox(['--faults', '429'])).rejects.toThrow('/faults/429');
	await expect(sandbox(['--config', join(folder, 'none.json')])).rejects.toThrow('cannot be read as JSON');
	await expect(sandbox(['--sed', '1'])).rejects.toThrow("Unknown option '--sed'");
});
