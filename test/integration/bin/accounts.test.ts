import type { AccountView, Engine, Incident, JobView } from '../../../src';
import { TestWorld } from '../../support/world';
import { JobsCommand } from './jobs-command';

let world: TestWorld;
let engine: Engine;
let command: JobsCommand;

beforeEach(async () => {
	jest.replaceProperty(process, 'env', { ...process.env, USER: 'ann' });
	world = await TestWorld.start();
	engine = world.engine();
	command = new JobsCommand(world.namespace);
	await Promise.all([world.serve(engine), world.serve(engine, 'acme-eu', undefined, { client: 'Beta' })]);
	await world.until(async () => ((await engine.accounts()).filter(({ boardsAt, pace }) => boardsAt !== null && pace !== null).length === 2 ? true : null));
});
afterEach(async () => {
	jest.restoreAllMocks();
	process.exitCode = undefined;
	await world.stop();
});

const run = (...argv: string[]) => command.run(...argv);
const json = <T>(...argv: string[]) => command.json<T>(...argv);
const put = async (...given: Parameters<typeof world.request>[]) => (await engine.enqueue(given.map((one) => world.request(...one)))).map((result) => {
	if (!result.ok) throw result.error;
	return result.job;
});
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

it('shows each account with its pace, headroom, holds and when its next Pin may go out and why not before, from a process that serves nobody', async () => {
	const scheduledAt = inAnHour();
	await put([1, { scheduledAt }], [2, { scheduledAt }]);
	await run('pause', '--account', 'acme-us', '--until', '4h', '--reason', 'texts are checked');
	const text = await run('accounts', '--account', 'acme-us');
	for (const fact of [
		/^acme-us \(Acme\) {2}2 waiting, 0 running, 0 in doubt\n/, /served {4}yes, as acme_us\n/, 'pace      at most 100 writes a minute, 5 at once; 5 could start now',
		/next {6}\d{4}-\d\d-\d\d \d\d:\d\d UTC: Paused until .* UTC\. ann paused acme-us: texts are checked\.\n/, /held {6}acme-us {2}paused since .* UTC until .* UTC, 2 jobs waiting: ann paused acme-us: texts are checked\./, /boards {4}\d+, read /, /\n1 account: 1 held\.$/,
	]) expect(text).toMatch(fact);

	expect(await run('accounts', '--account', 'acme-eu')).toMatch(/\n {4}next {6}now: Ready\.\n[^]*\n1 account: 1 ready\.$/);
	const all = await json<AccountView>('accounts');
	expect(all).toMatchObject([
		{ account: 'acme-eu', waiting: 0, nextDueAt: null, headroom: 5, incidents: [], pacing: { state: 'ready', slowed: null } },
		{ account: 'acme-us', waiting: 2, headroom: 5, pace: { writesPerMinute: 100 }, incidents: [{ kind: 'paused' }] },
	]);
	expect(Date.parse(all[1]!.nextDueAt!)).toBeGreaterThanOrEqual(Date.parse(scheduledAt) - 1000);
	expect((await json<AccountView>('accounts', '--client', 'Beta')).map(({ account }) => account)).toEqual(['acme-eu']);
	expect(await run('accounts', '--account', 'nobody')).toBe('None.');
});

it('pauses an account, a client and everything, and resumes them', async () => {
	expect(await json<Incident>('pause', '--client', 'Acme')).toMatchObject([{ account: '@client:Acme', accounts: ['acme-us'], until: null }]);
	expect(await run('pause', '--everything', '--until', '2h')).toMatch(/^@app {2}paused since .* until .*, 0 jobs waiting: ann paused everything\.$/);
	const [job] = await put([1]) as [JobView];
	expect(job.incident).toMatchObject({ kind: 'paused' });
	expect(await run('resume', '--everything')).toBe('Resumed. Ended: ann paused everything.');
	await expect(run('resume', '--account', 'acme-us')).rejects.toMatchObject({ code: 'hold_not_found', hint: 'It waits since ann paused every account of Acme. Resume that.' });
	await run('resume', '--client', 'Acme');
	expect(await world.ended(engine, [job.id])).toMatchObject([{ state: 'succeeded' }]);
	await expect(run('pause')).rejects.toMatchObject({ code: 'invalid_request', hint: expect.stringContaining('--everything') as string });
	await expect(run('pause', '--account', 'acme-us', '--client', 'Acme')).rejects.toMatchObject({ message: 'More than one thing is named.' });
	await expect(run('pause', 'acme-us')).rejects.toMatchObject({ message: 'pause takes no ids.' });
});

it('reschedules, corrects and cancels what waits, and names what it could not', async () => {
	const scheduledAt = inAnHour();
	const [one, two] = await put([1, { scheduledAt }], [2, { scheduledAt }]) as [JobView, JobView];
	const at = new Date(Date.now() + 7_200_000).toISOString();
	expect(await json<JobView>('update', one.id, two.id, '--scheduled-at', at, '--publish-before', '4h', '--title', 'Lamp')).toMatchObject(
		[one, two].map(({ id }) => ({ id, revision: 2, title: 'Lamp', scheduledAt: at, state: 'queued' })));
	expect((await engine.get(one.id)).revisions).toMatchObject([{ by: 'ann' }]);
	expect(await run('cancel', two.id)).toMatch(/canceled[^]*1 job canceled\.$/);

	expect(await run('update', one.id, two.id, '--scheduled-at', '')).toMatch(/1 job corrected, 1 refused\.$/);
	expect(command.told.join()).toMatch(new RegExp(`${two.id} {2}job_not_waiting: .*It was canceled\\. Pinterest Requeue`));
	expect(process.exitCode).toBe(1);
	expect(await world.ended(engine, [one.id])).toMatchObject([{ state: 'succeeded', title: 'Lamp' }]);
	await expect(run('update', one.id)).rejects.toMatchObject({ message: 'No correction is given.', hint: expect.stringContaining('--scheduled-at') as string });
	await expect(run('cancel')).rejects.toMatchObject({ message: 'No job is named.' });
	await expect(run('update', one.id, '--dry-run')).rejects.toMatchObject({ message: 'update takes no --dry-run.' });
});
