import { PinterestPublishJob } from '../../../nodes/PinterestPublishJob/PinterestPublishJob.node';
import { closeEngines } from '../../../nodes/shared/engine';
import type { Engine, PublishRequest } from '../../../src';
import { TestWorld, UNHURRIED } from '../../support/world';
import { engineCredential, runNode } from '../nodes/run-node';

let world: TestWorld;
let engine: Engine;

beforeAll(async () => {
	world = await TestWorld.start({ timeFactor: 1, engine: { policy: UNHURRIED } });
	engine = world.engine();
	await world.serve(engine);
	await world.serve(engine, 'acme-eu');
	await world.until(async () => ((await engine.accounts()).filter(({ boardsAt }) => boardsAt !== null).length === 2 ? true : null));
}, 60_000);
afterAll(async () => {
	await closeEngines();
	await world.stop();
});

let made = 0;
const request = (changes: Partial<PublishRequest> = {}): PublishRequest => world.request(++made, { scheduledAt: Date.now() + 3_600_000, ...changes });
const checked = (...requests: PublishRequest[]) => engine.enqueue(requests, { check: { boards: true } });
const countOf = async () => (await engine.list({})).jobs.length;
/** A worker that is asked for the boards checks the token first. */
const timesAsked = () => world.sandbox.control.calls({ account: 'acme-us', operation: 'getUserAccount' }).items.length;

it('refuses a board of another account before there is a job, and says whose it is', async () => {
	const foreign = world.board('acme-eu'), before = await countOf();
	const [wrong, right] = await checked(request({ boardId: foreign }), request());
	expect(wrong).toMatchObject({ ok: false, error: { code: 'preflight_failed', details: { field: 'boardId' } } });
	const { message, hint } = (wrong as { error: Error & { hint: string } }).error;
	expect(message).toMatch(`Board ${foreign} is none of the 2 boards of acme-us`);
	expect(message).toMatch('It is a board of acme-eu.');
	expect(hint).toMatch('Choose acme-eu as the account, or a board of acme-us: ');
	expect(hint).toMatch(`Summer (${world.board()})`);
	expect(right).toMatchObject({ ok: true });
	expect(await countOf()).toBe(before + 1);
});

it('refuses a section that is not one of the board', async () => {
	const [result] = await checked(request({ boardId: world.board(), sectionId: '424242' }));
	expect(result).toMatchObject({ ok: false, error: { code: 'preflight_failed', details: { field: 'sectionId' } } });
});

it('has the boards of an account read once, however many Pins name boards that are not listed', async () => {
	const before = timesAsked();
	const results = await checked(...Array.from({ length: 30 }, (_, n) => request({ boardId: String(900 + n % 10) })));
	expect(results.filter(({ ok }) => ok)).toEqual([]);
	expect(timesAsked() - before).toBe(1);
});

it('accepts a board that was made after the list was read', async () => {
	const { id } = world.sandbox.control.addBoard('acme-us', { name: 'New today' });
	expect(await checked(request({ boardId: id }))).toMatchObject([{ ok: true, job: { state: 'queued', board: { id } } }]);
});

it('gives a job that is there as it stands, though its board is not, and asks no worker', async () => {
	const known = request({ boardId: '999999' });
	const [first] = await engine.enqueue([known]);
	const before = timesAsked();
	expect(await checked(known)).toMatchObject([{ ok: true, job: { id: (first as { job: { id: string } }).job.id, existing: true } }]);
	expect(timesAsked()).toBe(before);
});

it('accepts every board of an account that nobody serves, and reports what is wrong with the rest of a request as ever', async () => {
	const [unserved, invalid] = await checked({ ...request({ boardId: '1' }), account: 'acme-uk' }, request({ boardId: 'Summer' }));
	expect(unserved).toMatchObject({ ok: true, job: { incident: { kind: 'no_worker' } } });
	expect(invalid).toMatchObject({ ok: false, error: { code: 'invalid_request' } });
});

it('is what the node does, unless its option is off', async () => {
	const parameters = (options: object) => ({
		resource: 'job', operation: 'enqueue', account: { __rl: true, mode: 'name', value: 'acme-us' }, board: { __rl: true, mode: 'id', value: world.board('acme-eu') },
		section: { __rl: true, mode: 'list', value: '' }, source: '={{ $json.row }}', media: 'imageUrl', imageUrl: 'https://shop.example/1.jpg', title: '', description: '', link: '', altText: '',
		options: { scheduledAt: new Date(Date.now() + 3_600_000).toISOString(), ...options },
	});
	const enqueue = (options: object) => runNode(new PinterestPublishJob(), {
		parameters: parameters(options) as never, items: [{ json: { row: 'row-of-the-node' } }], credential: engineCredential(world.namespace, { timeFactor: 1 }), continueOnFail: true,
	});
	const refused = (await enqueue({})).items[0]!.json['error'];
	expect(refused).toMatchObject({ code: 'preflight_failed', class: 'route', jobId: null, hint: expect.stringMatching(/^Choose acme-eu/) as string });
	expect((await enqueue({ checkBoard: false })).items[0]!.json).toMatchObject({ state: 'queued', existing: false });
	expect((await enqueue({})).items[0]!.json).toMatchObject({ state: 'queued', existing: true });
});

it('asks for a list once an hour for a place that is not there, however often it comes', async () => {
	const misplaced = request({ boardId: '999999' });
	expect(await checked(misplaced)).toMatchObject([{ ok: false, error: { code: 'preflight_failed' } }]);
	const before = timesAsked();
	expect(await checked(misplaced)).toMatchObject([{ ok: false, error: { code: 'preflight_failed' } }]);
	expect(timesAsked()).toBe(before);
});
