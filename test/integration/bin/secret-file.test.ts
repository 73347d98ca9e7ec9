import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretFile } from '../../../src/bin/secret-file';
import { Sandbox } from '../../../src/sandbox';

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

it('refuses an option that says neither yes nor no', async () => {
	await expect(new SecretFile(aFile([{ ...connected('acme-us'), neverResend: 'no' }])).accounts()).rejects.toMatchObject({ code: 'invalid_config' });
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

it('says that the owner has to connect again when the renewal is refused, without the token', async () => {
	const secrets = new SecretFile(aFile([connected('acme-us')]));
	sandbox.control.changeAccount('acme-us', { revoke: 'all' });
	const refusal = await secrets.tokenSource('acme-us').refresh().catch((error: Error) => error.message);
	expect(refusal).toContain('Connect the account again');
	expect(refusal).not.toMatch(/pin[ar]_/);
});
