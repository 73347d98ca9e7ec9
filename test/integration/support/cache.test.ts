import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installedOnce } from '../../../scripts/lib/cache.mjs';

describe('the cache folder', () => {
	let folder: string;
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), 'pinterest-jobs-cache-'));
		process.env.PINTEREST_JOBS_CACHE = folder;
	});
	afterEach(() => {
		rmSync(folder, { recursive: true });
		delete process.env.PINTEREST_JOBS_CACHE;
	});

	it('installs a thing once when two runs want it at once', async () => {
		const finish = jest.fn(async () => undefined);
		const install = () => installedOnce('thing', { dependencies: {}, finish });
		expect(await Promise.all([install(), install()])).toEqual([join(folder, 'thing'), join(folder, 'thing')]);
		expect(finish).toHaveBeenCalledTimes(1);
	});

	it('begins anew after an installation that was interrupted', async () => {
		mkdirSync(join(folder, 'thing'));
		writeFileSync(join(folder, 'thing', 'half-written'), '');
		await installedOnce('thing', { dependencies: {} });
		expect(existsSync(join(folder, 'thing', 'half-written'))).toBe(false);
	});

	it('keeps what was installed when only the last part failed', async () => {
		const fails = installedOnce('thing', { dependencies: {}, finish: () => Promise.reject(new Error('no compiler')) });
		await expect(fails).rejects.toThrow('no compiler');
		writeFileSync(join(folder, 'thing', 'installed'), '');
		await installedOnce('thing', { dependencies: {} });
		expect(existsSync(join(folder, 'thing', 'installed'))).toBe(true);
	});

	it('takes over from a run that died', async () => {
		const { pid } = spawnSync(process.execPath, ['--version']);
		mkdirSync(join(folder, 'thing.lock'));
		writeFileSync(join(folder, 'thing.lock', 'pid'), String(pid));
		await expect(installedOnce('thing', { dependencies: {} })).resolves.toBe(join(folder, 'thing'));
	});
});
