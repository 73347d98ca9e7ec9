import type { Engine, JobView } from '../../../src';
import { TestWorld } from '../../support/world';
import { JobsCommand } from './jobs-command';

let world: TestWorld;
let engine: Engine;
let command: JobsCommand;

beforeEach(async () => {
	world = await TestWorld.start();
	engine = world.engine();
	command = new JobsCommand(world.namespace);
});
afterEach(async () => {
	jest.restoreAllMocks();
	process.exitCode = undefined;
	await world.stop();
});

const run = (...argv: string[]) => command.run(...argv);
const json = (...argv: string[]) => command.json(...argv);

/** Jobs that failed since their board belongs to somebody else. */
async function failures(count: number, more: { description?: string } = {}): Promise<JobView[]> {
	await world.serve(engine);
	const foreign = world.board('acme-eu');
	const results = await engine.enqueue(Array.from({ length: count }, (_, n) => world.request(n, { boardId: foreign, ...more })));
	return world.ended(engine, results.map((result) => (result.ok ? result.job.id : '')));
}

it('tells all that ops needs of a failed job without a log', async () => {
	const [{ id, board }] = await failures(1, { description: 'Of straw.\nFor summer.' }) as [JobView];
	const text = await run('get', id);
	for (const fact of [
		`account   acme-us (Acme), board ${board.id}`, 'link      https://shop.example/products/0', 'image     https://shop.example/images/0.jpg',
		/attempts {2}1, the last ended .* UTC: refused, HTTP \d+/, /error {5}route board_not_permitted: \S/, /next {6}acme-us is neither owner nor collaborator/,
		'fix       requeue with boardId or account', 'has it    nobody', `cause     board_not_permitted|acme-us|${board.id}`, /Description\n {6}Of straw\.\n {6}For summer\.\n/, /Attempts\n {6}1 .*refused route board_not_permitted/,
	]) expect(text).toMatch(fact);
});

it('lists failures by whose, what, where and how long, and by what somebody has done about them', async () => {
	const [one, two, three] = await failures(3) as [JobView, JobView, JobView];
	const listed = async (...argv: string[]) => (await run('list', ...argv, '--json')).split('\n').filter((line) => line !== '').map((line) => (JSON.parse(line) as JobView).id).sort();
	const all = [one.id, two.id, three.id].sort();
	for (const argv of [['--queue', 'client'], ['--client', 'Acme'], ['--code', 'board_not_permitted'], ['--cause', one.queue!.cause!], ['--on-board', one.board.id], ['--unclaimed'], ['--state', 'failed'], ['--failed-for', '0']]) {
		expect([argv, await listed(...argv)]).toEqual([argv, all]);
	}
	for (const argv of [['--queue', 'ops'], ['--client', 'Other'], ['--failed-for', '1'], ['--owner', 'ann']]) expect([argv, await listed(...argv)]).toEqual([argv, []]);
	expect(await listed('--text', 'products/1')).toEqual([two.id]);

	await run('claim', one.id, '--by', 'ann');
	await run('snooze', two.id, '--until', '4h', '--by', 'ann', '--note', 'Asked Acme.');
	expect(await listed('--owner', 'ann')).toEqual([one.id]);
	expect(await listed('--unclaimed')).toEqual([three.id]);
	expect(await listed('--unclaimed', '--snoozed')).toEqual([two.id, three.id].sort());
	expect(await run('get', two.id)).toMatch(/has it {4}nobody; snoozed until .*\n[^]*Done about it\n.*ann snoozed until .*: Asked Acme\./);
	expect(await run('list', '--queue', 'ops')).toBe('None.');
	expect(await run('list', '--limit', '1', '--state', 'failed')).toMatch(/There may be more: --limit 4 shows them\.$/);

	expect(await run('groups')).toContain('acme-us: 3 jobs, 1 snoozed  (client');
	for (const { id } of [one, three]) await run('snooze', id, '--until', '4h');
	expect([await run('groups'), await run('groups', '--snoozed')]).toEqual(['None.', expect.stringContaining(': 3 jobs, 3 snoozed')]);
});

it('shows 41 failures as one cause with what mends all of them', async () => {
	await failures(41);
	const [group, ...others] = await json('groups', '--queue', 'client', '--since', '1h');
	expect(others).toEqual([]);
	expect(group).toMatchObject({ count: 41, recent: 41, title: expect.stringContaining('41 jobs') as string, fix: ['boardId', 'account'] });
	expect(await run('groups')).toMatch(/^board \d+ of acme-us: 41 jobs {2}\(client, board_not_permitted, Acme, since .* UTC\)\n {4}said .*\n {4}next .*\n {4}fix {7}requeue with boardId or account\n {4}cause {5}board_not_permitted\|acme-us\|\d+$/);
	expect(await run('groups', '--queue', 'ops')).toBe('None.');
});

it('works on failures by id and by cause, keeps who did what, and refuses to take what somebody has', async () => {
	const [one, two] = await failures(2) as [JobView, JobView];
	const cause = one.queue!.cause!;
	expect(await run('claim', '--cause', cause, '--by', 'ann')).toMatch(/2 failures claimed\.$/);
	await run('claim', one.id, '--by', 'bob');
	expect([command.told.join(), process.exitCode]).toEqual([expect.stringMatching(/already_claimed: ann has claimed this failure/), 1]);
	await run('claim', one.id, '--by', 'bob', '--take-over');
	await run('claim', two.id, '--for', 'carla', '--by', 'bob', '--take-over');
	await run('note', one.id, '--note', 'Ticket 7', '--by', 'bob');
	await run('release', one.id, '--by', 'bob');
	const done = (await engine.get(one.id)).handling.map(({ by, what, note }) => [by, what, note]);
	expect(done).toEqual([['ann', 'claimed', null], ['bob', 'claimed', null], ['bob', 'noted', 'Ticket 7'], ['bob', 'released', null]]);
	expect((await engine.get(two.id)).queue).toMatchObject({ owner: 'carla' });
	expect(await run('resolve', one.id, two.id, 'pj_nobody', '--by', 'ann', '--note', 'Not wanted.')).toMatch(/2 failures resolved, 1 refused\.$/);
	expect(await run('get', one.id)).toContain('Nothing: it was closed by ann.');
	expect((await engine.get(one.id)).queue).toBeNull();
});

it('puts all of a cause back with one correction, telling how far it is, under the same keys', async () => {
	const failed = await failures(12);
	const cause = failed[0]!.queue!.cause!, board = world.board();
	expect(await run('requeue', '--cause', cause, '--board', board, '--dry-run')).toMatch(/12 jobs would be put back; nothing was changed\.$/);
	expect((await engine.get(failed[0]!.id)).state).toBe('failed');
	command.told = [];
	const text = await run('requeue', '--cause', cause, '--board', board, '--by', 'ann');
	expect(command.told.at(-1)).toBe('12 of 12 put back');
	const bulk = /pinterest-jobs jobs progress (bulk_\w+)$/.exec(text)![1]!;
	expect((await world.ended(engine, failed.map(({ id }) => id))).map(({ state, revision }) => [state, revision])).toEqual(Array(12).fill(['succeeded', 2]));
	expect(await run('progress', bulk)).toBe(`${bulk}  done: 12 of 12 put back, 0 refused; now 12 succeeded`);
	expect(world.sandbox.control.pins().items).toHaveLength(12);
	expect(await run('get', failed[0]!.id)).toMatch(/Corrections\n.*ann: boardId "\d+" → "\d+"/);
});

it('waits until the jobs it put back have ended, when it is asked to', async () => {
	const failed = await failures(3);
	await run('requeue', ...failed.map(({ id }) => id), '--board', world.board(), '--wait');
	expect(command.printed.at(-1)).toMatch(/^bulk_\w+ {2}done: 3 of 3 put back, 0 refused; now 3 succeeded$/);
});

it('stops at its limit and says so', async () => {
	await failures(3);
	expect(await run('requeue', '--code', 'board_not_permitted', '--board', world.board(), '--limit', '2')).toContain('That is the limit of 2: there may be more.');
	expect((await engine.list({ states: ['failed'] })).jobs).toHaveLength(1);
});

it('refuses a board that is none of the account and an image nobody can reach, unless it is told not to look', async () => {
	const [one, two] = await failures(2) as [JobView, JobView];
	await run('requeue', one.id, '--board', world.board('acme-eu', 1));
	expect(command.told.join()).toMatch(/preflight_failed: Board \d+ is none of the \d boards of acme-us/);
	await run('requeue', two.id, '--image-url', 'http://127.0.0.1:9/a.jpg', '--json');
	const lines = command.printed.map((line) => JSON.parse(line) as object);
	expect(lines).toEqual([
		{ id: two.id, error: expect.objectContaining({ code: 'preflight_failed' }) as object }, { bulk: expect.stringMatching(/^bulk_/) as string, dryRun: false, requeued: 0, refused: 1 },
	]);
	expect([process.exitCode, (await engine.get(one.id)).state]).toEqual([1, 'failed']);
	process.exitCode = undefined;
	await run('requeue', one.id, '--board', world.board('acme-eu', 1), '--no-check');
	expect([process.exitCode, (await engine.get(one.id)).revision]).toEqual([undefined, 2]);
});

it('takes the verdict of a person on a Pin that nobody could find out', async () => {
	await world.stop();
	world = await TestWorld.start({ timeFactor: 600, sandbox: { faults: { hangBefore: 1 } } });
	engine = world.engine();
	command = new JobsCommand(world.namespace);
	await world.serve(engine, undefined, undefined, { neverResend: true });
	const results = await engine.enqueue([world.request(1), world.request(2), world.request(3)]);
	const [one, two, three] = await world.ended(engine, results.map((result) => (result.ok ? result.job.id : ''))) as [JobView, JobView, JobView];
	expect(await run('get', one.id)).toMatch(/Looks at the board\n.*complete, 1 page: /);
	await run('resolve', one.id);
	expect(command.told.join()).toContain('job_in_doubt');
	await expect(run('resolve-unknown', one.id, '--published', 'https://pin.it/3Xy')).rejects.toThrow('neither the id nor the address');
	await expect(run('resolve-unknown', one.id)).rejects.toThrow('No verdict is given.');
	await expect(run('resolve-unknown', one.id, '--absent', '--abandon')).rejects.toThrow('Several verdicts are given.');
	expect(await run('resolve-unknown', one.id, '--published', 'https://www.pinterest.com/pin/813744226420795884/')).toContain('succeeded');
	world.sandbox.control.setFaultShares({ faults: {} });
	await run('resolve-unknown', two.id, '--absent', '--by', 'ann');
	await run('resolve-unknown', three.id, '--abandon', '--by', 'ann');
	expect((await world.ended(engine, [one.id, two.id, three.id])).map(({ state }) => state)).toEqual(['succeeded', 'succeeded', 'failed']);
});

it.each([
	[['list', 'pj_1'], 'list takes no ids.'],
	[['lst'], 'There is no action "lst".'],
	[['list', '--titel', 'x'], "Unknown option '--titel'."],
	[['get', 'pj_1', '--queue', 'ops'], 'get takes no --queue.'],
	[['get'], 'No job is named.'],
	[['claim'], 'No job is named.'],
	[['claim', 'pj_1', '--cause', 'x'], 'Both ids and a cause are given.'],
	[['note', 'pj_1'], '--note is missing.'],
	[['snooze', 'pj_1'], '--until is missing.'],
	[['snooze', 'pj_1', '--until', 'later'], '--until "later" is no time.'],
	[['requeue'], 'No job is named.'],
	[['requeue', 'pj_1', '--code', 'x'], 'Both ids and a filter are given.'],
	[['requeue', '--code', ''], '--code is empty.'],
	[['requeue', 'pj_1', '--limit', 'all'], '--limit "all" is not a whole number of at least 1.'],
	[['resolve-unknown', 'pj_1', 'pj_2', '--absent'], 'A verdict is of one job.'],
	[['progress'], 'progress takes one id.'],
	[['progress', 'bulk_none'], 'There is no bulk requeue bulk_none.'],
	[['requeue', 'pj_nobody'], 'There is no job pj_nobody.'],
])('refuses %j with a sentence that says what is wrong', async (argv, message) => {
	await expect(run(...argv)).rejects.toMatchObject({ message, hint: expect.stringMatching(/\S/) as string });
});
