import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { redisProgram } from '../../../scripts/lib/redis-server.mjs';
import { TestWorld } from '../../support/world';

interface Answer {
	kind?: 'given' | 'server' | 'embedded';
	url?: string;
	said: string[];
	error?: string;
}

/** Asks for a Redis as `npm start` does, says what it got, and ends it when it is told to. */
const program = `
	import { ensureRedis } from ${JSON.stringify(join(process.cwd(), 'scripts', 'lib', 'redis.mjs'))};
	const said = [];
	const { kind, url, stop, error } = await ensureRedis({ ...JSON.parse(process.argv[1]), log: (line) => said.push(line) }).catch(({ message }) => ({ error: message }));
	process.send({ kind, url, said, error });
	if (stop) await new Promise((resolve) => process.once('message', resolve).once('disconnect', resolve)).then(stop);
	if (process.connected) process.disconnect();
`;

const children: ChildProcess[] = [];
let folder: string;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'pinterest-jobs-path-'));
});
afterAll(async () => {
	// Not killed: that would leave its server behind.
	await Promise.all(children.filter(({ exitCode }) => exitCode === null).map(async (child) => {
		const gone = once(child, 'exit');
		if (child.connected) child.disconnect();
		await gone;
	}));
	rmSync(folder, { recursive: true });
});

/** On a machine whose PATH knows node, npm's shell and these programs alone: no package manager either. */
async function ensured(options: object, programs: string[] = []): Promise<{ answer: Answer; end(): Promise<number> }> {
	const path = mkdtempSync(join(folder, 'bin-'));
	for (const target of [process.execPath, '/bin/sh', ...programs]) symlinkSync(target, join(path, target.split('/').at(-1)!));
	const { REDIS_URL: _, PINTEREST_JOBS_REDIS_PROGRAM: _program, ...env } = process.env;
	const child = spawn(process.execPath, ['--input-type=module', '-e', program, JSON.stringify(options)], { env: { ...env, PATH: path }, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
	children.push(child);
	const [answer] = await once(child, 'message') as [Answer];
	return {
		answer,
		async end() {
			if (child.exitCode !== null) return child.exitCode;
			child.send('end', () => undefined);
			const [code] = await once(child, 'exit') as [number];
			return code;
		},
	};
}

it('is used on a machine without a Redis, answers, says that it keeps nothing, and ends with who started it', async () => {
	const { answer: { kind, url, said }, end } = await ensured({ allowEmbedded: true, detached: true });
	expect(kind).toBe('embedded');
	expect(said.join('\n')).toMatch(/KEEPS NOTHING[^]*install Redis 7 or later, or name one in REDIS_URL/);
	const redis = new Redis(url!, { retryStrategy: null });
	redis.on('error', () => undefined);
	expect(await redis.ping()).toBe('PONG');
	expect(await end()).toBe(0);
	await expect(redis.ping()).rejects.toThrow();
}, 120_000);

it('publishes jobs, each once, and the engine says of it that nothing is kept', async () => {
	const { answer: { url }, end } = await ensured({ allowEmbedded: true });
	const world = await TestWorld.start({ engine: { redis: { url: url! } } });
	try {
		const engine = world.engine();
		await world.serve(engine);
		world.sandbox.control.addFault({ fault: 'commitThen500', match: { operation: 'createPin' } });
		const ids = (await engine.enqueue([1, 2, 3, 4].map((n) => world.request(n)))).map((result) => (result.ok ? result.job.id : ''));
		expect((await world.ended(engine, ids, 60_000)).map(({ state }) => state)).toEqual(Array(4).fill('succeeded'));
		expect(world.sandbox.control.summary()).toMatchObject({ pins: 4, double: 0 });
		expect((await engine.enqueue([world.request(1)]))[0]).toMatchObject({ ok: true, job: { id: ids[0], existing: true } });
		expect((await engine.checkRedis()).map(({ code }) => code)).toEqual(['redis_no_aof']);
	} finally {
		await world.stop();
		await end();
	}
}, 120_000);

it('is not used where there is a redis-server, which appends to a file and syncs as it was asked', async () => {
	const { answer: { kind, url, said }, end } = await ensured({ allowEmbedded: true, appendfsync: 'always' }, [redisProgram()!]);
	expect([kind, said]).toEqual(['server', []]);
	const redis = new Redis(url!);
	expect([await redis.config('GET', 'appendonly'), await redis.config('GET', 'appendfsync')]).toEqual([['appendonly', 'yes'], ['appendfsync', 'always']]);
	redis.disconnect();
	expect(await end()).toBe(0);
});

it('is nothing that tests fall back to: they say what to install', async () => {
	const { answer } = await ensured({});
	expect(answer).toMatchObject({ error: 'Redis is missing. Install Redis 7 or later, or set REDIS_URL.' });
});
