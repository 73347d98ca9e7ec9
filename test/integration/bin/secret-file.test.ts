import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { SecretFile } from '../../../src/bin/secret-file';
import { Sandbox } from '../../../src/sandbox';
import { rawServer } from '../publish/raw-server';

let folder: string;
let sandbox: Sandbox;

beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), 'secret-file-'));
	sandbox = await Sandbox.start({ accounts: ['acme-us', 'acme-eu'] });
});
afterEach(async () => {
	rmSync(folder, { recursive: true });
	await sandbox.stop();
});

function aFile(accounts: unknown[], mode = 0o600): string {
	const path = join(folder, 'secrets.json');
	writeFileSync(path, JSON.stringify({ accounts }), { mode });
	return path;
}

function connected(account: string): Record<string, unknown> {
	const { accessToken, refreshToken } = sandbox.control.account(account);
	const [app] = sandbox.control.world().apps;
	return { account, accessToken, refreshToken, appId: app!.id, appSecret: app!.secret, baseUrl: sandbox.url };
}

it('refuses a file that others may read, and says what to do', async () => {
	await expect(new SecretFile(aFile([connected('acme-us')], 0o644)).accounts()).rejects.toMatchObject({ code: 'invalid_config', hint: expect.stringContaining('chmod 600') });
});

it('refuses a file without accounts', async () => {
	await expect(new SecretFile(aFile([])).accounts()).rejects.toMatchObject({ code: 'invalid_config' });
});

it.each([
	{ what: 'a value without quotes', text: '{ "accounts": [ { "account": "acme-us", "accessToken": pina_secret } ] }', where: '' },
	{ what: 'a missing comma', text: '{ "accounts": [\n{ "account": "acme-us"\n"accessToken": "pina_secret" } ] }', where: ' near line 3' },
])('names the file and quotes nothing of it when it is no JSON: $what', async ({ text, where }) => {
	const path = aFile([]);
	writeFileSync(path, text);
	const refusal = await new SecretFile(path).accounts().catch((error: Error) => error);
	expect(refusal).toMatchObject({ code: 'invalid_config', message: expect.stringContaining(`${path} is no valid JSON${where}.`) });
	expect(inspect(refusal)).not.toContain('pina');
});

it('refuses an option that says neither yes nor no', async () => {
	await expect(new SecretFile(aFile([{ ...connected('acme-us'), neverResend: 'no' }])).accounts()).rejects.toMatchObject({ code: 'invalid_config' });
});

it('is parsed once for the tokens of all accounts, and once more when it was changed', async () => {
	const accounts = Array.from({ length: 2000 }, (_, n) => ({ account: `account-${n}`, accessToken: `token-${n}` }));
	const path = aFile(accounts);
	const age = (ms: number) => utimesSync(path, new Date(Date.now() - ms), new Date(Date.now() - ms));
	age(60_000);
	const secrets = new SecretFile(path);
	const parse = jest.spyOn(JSON, 'parse');
	const tokens = () => Promise.all(accounts.map(async ({ account }) => (await secrets.tokenSource(account).current()).value));
	try {
		for (let round = 0; round < 3; round++) expect(await tokens()).toEqual(accounts.map(({ accessToken }) => accessToken));
		expect(parse).toHaveBeenCalledTimes(1);
		writeFileSync(path, JSON.stringify({ accounts: accounts.map((one) => ({ ...one, accessToken: one.accessToken.replace('token', 'other') })) }));
		age(30_000);
		expect((await tokens())[7]).toBe('other-7');
		expect(parse).toHaveBeenCalledTimes(2);
	} finally {
		parse.mockRestore();
	}
});

it('sees every edit, however soon after another one and however alike', async () => {
	const path = aFile([connected('acme-us')]);
	const source = new SecretFile(path).tokenSource('acme-us');
	for (let n = 1000; n < 1300; n++) {
		writeFileSync(path, JSON.stringify({ accounts: [{ ...connected('acme-us'), accessToken: `token-${n}` }] }));
		expect((await source.current()).value).toBe(`token-${n}`);
	}
});

it('is read again after it was refused', async () => {
	const path = aFile([]);
	const secrets = new SecretFile(path);
	utimesSync(path, 1, 1);
	for (let i = 0; i < 2; i++) await expect(secrets.accounts()).rejects.toMatchObject({ code: 'invalid_config' });
	writeFileSync(path, JSON.stringify({ accounts: [connected('acme-us')] }));
	await expect(secrets.accounts()).resolves.toHaveLength(1);
});

it('gives the token as the file has it now', async () => {
	const path = aFile([connected('acme-us')]);
	const source = new SecretFile(path).tokenSource('acme-us');
	await source.current();
	writeFileSync(path, JSON.stringify({ accounts: [{ ...connected('acme-us'), accessToken: 'another' }] }));
	expect(await source.current()).toMatchObject({ value: 'another' });
});

it('renews once for all who ask at once, and keeps both new tokens before anybody uses them', async () => {
	const path = aFile([connected('acme-us'), connected('acme-eu')]);
	const secrets = new SecretFile(path);
	const before = await secrets.accounts();
	sandbox.control.changeAccount('acme-us', { revoke: 'access' });
	const source = secrets.tokenSource('acme-us');
	const [first, second] = await Promise.all([source.refresh(), source.refresh()]);
	expect(first).toEqual(second);
	const [us, eu] = (JSON.parse(readFileSync(path, 'utf8')) as { accounts: { accessToken: string; refreshToken: string }[] }).accounts;
	expect(us!.accessToken).toBe(first.value);
	expect(us!.accessToken).not.toBe(before[0]!.accessToken);
	expect(us!.refreshToken).toBe(sandbox.control.account('acme-us').refreshToken);
	expect(eu).toEqual(before[1]);
	expect(statSync(path).mode & 0o777).toBe(0o600);
	expect(sandbox.control.calls({ operation: 'oauthToken' }).items).toHaveLength(1);
});

it('keeps the limits of the app when a token is renewed', async () => {
	const path = aFile([]);
	writeFileSync(path, JSON.stringify({ appPace: { writesPerDay: 250 }, accounts: [connected('acme-us')] }));
	const secrets = new SecretFile(path);
	sandbox.control.changeAccount('acme-us', { revoke: 'access' });
	await secrets.tokenSource('acme-us').refresh();
	expect(await secrets.appPace()).toEqual({ writesPerDay: 250 });
	expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ appPace: { writesPerDay: 250 }, accounts: [{ account: 'acme-us' }] });
});

it('says that the owner has to connect again when the renewal is refused, without the token', async () => {
	const secrets = new SecretFile(aFile([connected('acme-us')]));
	sandbox.control.changeAccount('acme-us', { revoke: 'all' });
	const refusal = await secrets.tokenSource('acme-us').refresh().catch((error: Error) => error.message);
	expect(refusal).toContain('Connect the account again');
	expect(refusal).not.toMatch(/pin[ar]_/);
});

describe('a renewal that reaches nobody or meets a fault', () => {
	const answer = (status: number) => `HTTP/1.1 ${status} So\r\ncontent-length: 2\r\n\r\n{}`;
	const half = 'HTTP/1.1 200 So\r\ncontent-length: 90\r\n\r\n{"access_token":"pina_half';

	it.each([
		{ what: 'a reset', does: '' },
		{ what: 'an answer that breaks off', does: half },
		...[408, 429, 500, 503].map((status) => ({ what: `HTTP ${status}`, does: answer(status) })),
	])('is tried later after $what, and does not count as refused', async ({ does }) => {
		const server = await rawServer({ whole: (socket) => socket.end(does) });
		const source = new SecretFile(aFile([{ ...connected('acme-us'), baseUrl: server.url }])).tokenSource('acme-us');
		const error = await source.refresh().catch((failure: Error) => failure);
		await server.close();
		expect(error).toMatchObject({ retryable: true, message: expect.not.stringMatching(/pin[ar]_|again\.$/) });
	});

	it('is a refusal when Pinterest says no', async () => {
		const server = await rawServer({ whole: (socket) => socket.end(answer(400)) });
		const source = new SecretFile(aFile([{ ...connected('acme-us'), baseUrl: server.url }])).tokenSource('acme-us');
		const error = await source.refresh().catch((failure: Error) => failure);
		await server.close();
		expect(error).toMatchObject({ refused: true, message: expect.stringContaining('Connect the account again') });
		expect(error).not.toHaveProperty('retryable');
	});
});

describe('a renewal where a proxy stands in the environment', () => {
	const before = { ...process.env };
	afterEach(() => { process.env = { ...before }; });

	it('asks the proxy, as publishing does', async () => {
		const proxy = await rawServer({ whole: (socket) => socket.end('HTTP/1.1 407 who are you\r\n\r\n') });
		for (const name of ['https_proxy', 'http_proxy', 'no_proxy']) delete process.env[name];
		Object.assign(process.env, { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url, NO_PROXY: '' });
		const source = new SecretFile(aFile([{ ...connected('acme-us'), baseUrl: 'http://pinterest.invalid/v5' }])).tokenSource('acme-us');
		await expect(source.refresh()).rejects.toMatchObject({ retryable: true });
		expect(proxy.received()).toContain('CONNECT pinterest.invalid:80');
		await proxy.close();
	});
});
