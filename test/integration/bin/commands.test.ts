import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { doctor } from '../../../src/bin/doctor';
import { jobs } from '../../../src/bin/jobs';
import { compiledSource } from '../../support/compiled';
import { redisOptions } from '../../support/redis';
import { TestWorld } from '../../support/world';

let world: TestWorld;
let printed: string[];

beforeEach(async () => {
	printed = [];
	jest.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
	world = await TestWorld.start();
});
afterEach(async () => {
	jest.restoreAllMocks();
	process.exitCode = undefined;
	await world.stop();
});

const connection = () => [...redisOptions(), '--namespace', world.namespace];

it('shows, lists and requeues jobs', async () => {
	const engine = world.engine();
	await world.serve(engine);
	const [result] = await engine.enqueue([world.request(1, { boardId: world.board('acme-eu') })]);
	if (!result!.ok) throw result!.error;
	const { id } = result!.job;
	await world.ended(engine, [id]);
	await jobs(['list', '--state', 'failed', ...connection()]);
	expect(printed.join('\n')).toContain(id);
	await jobs(['get', id, '--json', ...connection()]);
	expect(JSON.parse(printed.at(-1)!)).toMatchObject({ id, state: 'failed', queue: { name: 'client' } });
	await jobs(['requeue', id, '--board', world.board(), '--by', 'Ops', ...connection()]);
	const [fixed] = await world.ended(engine, [id]);
	expect(fixed).toMatchObject({ state: 'succeeded', revision: 2 });
});

it('tells of a time factor other than 1 beside what a program may read', async () => {
	const told = jest.spyOn(console, 'error').mockImplementation();
	for (const command of [() => jobs(['list', '--json', ...connection()]), () => doctor(['--json', ...connection()])]) await command();
	expect(told).not.toHaveBeenCalled();
	const before = printed.length;
	await jobs(['list', '--json', '--time-factor', '60', ...connection()]);
	await doctor(['--json', '--time-factor', '60', ...connection()]);
	expect(told.mock.calls).toEqual(Array(2).fill(['Time factor 60: every delay is divided by it; only for trials.']));
	expect(printed.slice(before).join('\n')).not.toContain('Time factor');
});

it('refuses an id that nobody knows', async () => {
	await expect(jobs(['get', 'pj_nobody', ...connection()])).rejects.toMatchObject({ code: 'job_not_found' });
});

it('finds that nobody works, and ends with 2 for monitoring', async () => {
	await doctor(connection());
	expect(printed.join('\n')).toContain('No worker runs');
	expect(process.exitCode).toBe(2);
});

it('finds a Redis that is away', async () => {
	// A certificate may be named by the environment; that goes with TLS alone.
	await doctor(['--redis', `${process.env.REDIS_CA_FILE ? 'rediss' : 'redis'}://127.0.0.1:1`, '--namespace', world.namespace]);
	expect(printed.join('\n')).toContain('Redis');
	expect(process.exitCode).toBe(2);
});

it('ends with 1 and a sentence about what was wrong, as a process', async () => {
	const { dir, remove } = await compiledSource();
	try {
		for (const [argv, said] of [
			[['jobs', 'get', 'pj_nobody', ...connection()], 'There is no job pj_nobody.\nCheck the id'], [['jobs', 'list', '--sate', 'failed'], "Unknown option '--sate'.\npinterest-jobs jobs --help"], [['policy', 'no_such'], 'There is no error "no_such".'],
		] as const) {
			const ended = spawnSync(process.execPath, [join(dir, 'bin/pinterest-jobs.js'), ...argv], { encoding: 'utf8' });
			expect([argv, ended.status, ended.stdout, ended.stderr]).toEqual([argv, 1, '', expect.stringContaining(said)]);
		}
	} finally {
		await remove();
	}
});
