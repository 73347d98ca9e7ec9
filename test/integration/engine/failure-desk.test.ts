import type { Engine, JobView, PublishRequest } from '../../../src';
import { rawServer, type RawServer } from '../publish/raw-server';
import { TestWorld, UNHURRIED } from '../../support/world';

const ANN = { by: 'Ann' };
let world: TestWorld;
let engine: Engine;
let images: RawServer;

beforeAll(async () => {
	images = await rawServer({
		whole: (socket, request) => void socket.end(request.startsWith('GET /busy') ? 'HTTP/1.1 503 X\r\ncontent-length: 0\r\n\r\n' : request.startsWith('GET /page') ? answer('text/html', '<html>') : request.startsWith('GET /good') ? answer('image/png', png) : 'HTTP/1.1 404 X\r\ncontent-length: 0\r\n\r\n'),
	});
	world = await TestWorld.start({ timeFactor: 200, engine: { trustedImageOrigins: [images.url], policy: UNHURRIED } });
	engine = world.engine();
	await world.serve(engine);
	await world.serve(engine, 'acme-eu', undefined, { client: 'Europe' });
	await world.until(async () => ((await engine.accounts()).every(({ boardsAt }) => boardsAt !== null) ? true : null));
}, 60_000);
afterAll(async () => {
	await world.stop();
	await images.close();
});

// 1000 x 1500 pixels, as far as its header goes.
const png = Buffer.concat([Buffer.from('89504e470d0a1a0a0000000d49484452000003e8000005dc', 'hex'), Buffer.alloc(20)]);
const answer = (type: string, body: string | Buffer): Buffer => Buffer.concat([Buffer.from(`HTTP/1.1 200 X\r\ncontent-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`), Buffer.from(body)]);

let made = 0;

async function failed(changes: Partial<PublishRequest> = {}): Promise<JobView> {
	const [result] = await engine.enqueue([world.request(++made, { boardId: '999999', ...changes })]);
	if (!result!.ok) throw result!.error;
	const [job] = await world.ended(engine, [result!.job.id]);
	expect(job!.state).toBe('failed');
	return job!;
}

describe('a list of failures', () => {
	it('is filtered by account, client, code, board, age and text', async () => {
		const before = Date.now();
		const hat = await failed({ title: 'Summer HAT' });
		const cap = await failed({ account: 'acme-eu', title: 'Cap', boardId: world.board('acme-us') });
		const after = Date.now() + 1;
		const found = async (filter: Parameters<Engine['list']>[0]) => (await engine.list({ states: ['failed'], failedAfter: before, ...filter })).jobs.map(({ id }) => id);
		expect(await found({})).toEqual([cap.id, hat.id]);
		expect(await found({ account: 'acme-eu' })).toEqual([cap.id]);
		expect(await found({ client: 'Europe' })).toEqual([cap.id]);
		expect(await found({ code: 'board_not_found' })).toEqual([hat.id]);
		expect(await found({ boardId: '999999' })).toEqual([hat.id]);
		expect(await found({ queue: 'client' })).toEqual([cap.id]);
		for (const text of ['summer hat', hat.source!, hat.link!.slice(8), hat.id.slice(5), 'BOARD NOT FOUND']) expect({ text, ids: await found({ text }) }).toEqual({ text, ids: [hat.id] });
		expect(await found({ text: 'nowhere to be read' })).toEqual([]);
		expect(await found({ failedAfter: after })).toEqual([]);
		expect(await found({ failedBefore: Date.parse(hat.queue!.since) })).toEqual(hat.queue!.since === cap.queue!.since ? [cap.id, hat.id] : [hat.id]);
		expect(await found({ cause: cap.queue!.cause! })).toEqual([cap.id]);
	});

	it('knows what failed while a hold stood, and what waits under it', async () => {
		const job = await failed({ account: 'acme-eu', boardId: world.board('acme-us', 1) });
		world.sandbox.control.addFault({ match: { operation: 'createPin', account: 'acme-eu' }, fault: 'spam429' });
		const [waiting] = await engine.enqueue([world.request(++made, { account: 'acme-eu' })]);
		const id = waiting?.ok ? waiting.job.id : '';
		const hold = await world.until(async () => (await engine.holds()).find(({ kind }) => kind === 'spam_block') ?? null);
		await world.until(async () => ((await engine.get(id)).state === 'retry_scheduled' ? true : null));
		expect((await engine.list({ incident: hold.id })).jobs.map((one) => one.id)).toEqual([id]);
		expect((await engine.list({ incident: hold.id, states: ['failed'] })).jobs.map((one) => one.id)).not.toContain(job.id);
		await engine.pacing.release('acme-eu', 'spam_block', ANN);
		await expect(engine.list({ incident: hold.id })).rejects.toMatchObject({ code: 'hold_not_found' });
	});
});

describe('a look before a correction is written', () => {
	it('finds a board that was made after the list was read, because the worker is asked', async () => {
		// Time as in production: the list is read anew every 10 minutes, or when somebody asks.
		const slow = await TestWorld.start({ timeFactor: 1 });
		try {
			const own = slow.engine();
			await slow.serve(own);
			const listed = () => own.accounts().then((accounts) => accounts.find(({ account, boardsAt }) => account === 'acme-us' && boardsAt !== null)?.boards.map((board) => board.id) ?? null);
			await slow.until(listed);
			const [result] = await own.enqueue([slow.request(1, { boardId: '999999' })]);
			const [job] = await slow.ended(own, [result!.ok ? result!.job.id : '']);
			const { id } = slow.sandbox.control.addBoard('acme-us', { name: 'Made a minute ago' });
			expect(await listed()).not.toContain(id);
			await own.requeue(job!.id, { boardId: id }, ANN);
			expect(await slow.ended(own, [job!.id])).toMatchObject([{ state: 'succeeded', board: { id }, revision: 2 }]);
		} finally {
			await slow.stop();
		}
	}, 30_000);

	it('refuses a section that the board has not', async () => {
		const job = await failed();
		await expect(engine.requeue(job.id, { boardId: world.board(), sectionId: '424242' }, ANN)).rejects.toMatchObject({ code: 'preflight_failed', details: { field: 'sectionId' } });
	});

	it('refuses an image that cannot be loaded or is none, and takes one that is', async () => {
		const job = await failed();
		const requeue = (path: string) => engine.requeue(job.id, { boardId: world.board(), media: { kind: 'image_url', url: `${images.url}${path}` } }, ANN);
		await expect(requeue('/gone.png')).rejects.toMatchObject({ code: 'preflight_failed', details: { field: 'media' }, message: expect.stringContaining('status 404') });
		await expect(requeue('/page')).rejects.toMatchObject({ code: 'preflight_failed', message: expect.stringContaining('is no image (text/html)') });
		expect(await engine.get(job.id)).toMatchObject({ state: 'failed', revision: 1, seq: job.seq });
		await requeue('/good.png');
		expect(await world.ended(engine, [job.id])).toMatchObject([{ state: 'succeeded' }]);
	});

	it('refuses a video that a worker could not hand over, and takes one whose server has a fault of its own', async () => {
		const job = await failed();
		const videoAt = (path: string) => ({ boardId: world.board(), media: { kind: 'video_url' as const, url: `${images.url}${path}` } });
		for (const [path, says] of [['/page.mp4', 'gives text/html, not a video'], ['/gone.mp4', 'answered 404'], ['/good.mp4', 'gives image/png, not a video']] as const) {
			await expect(engine.requeue(job.id, videoAt(path), ANN)).rejects.toMatchObject({ code: 'preflight_failed', details: { field: 'media' }, message: expect.stringContaining(says) as string });
		}
		expect(await engine.requeue(job.id, videoAt('/busy.mp4'), ANN, { dryRun: true })).toMatchObject({ state: 'queued', phase: 'media' });
	});

	it('is left out by who knows better', async () => {
		const job = await failed();
		const wrong = { boardId: world.board('acme-eu') };
		await expect(engine.requeue(job.id, wrong, ANN, { dryRun: true })).rejects.toMatchObject({ code: 'preflight_failed' });
		expect(await engine.requeue(job.id, wrong, ANN, { dryRun: true, check: false })).toMatchObject({ state: 'queued', revision: 2 });
		expect(await engine.get(job.id)).toMatchObject({ state: 'failed', revision: 1 });
		expect(await engine.requeue(job.id, wrong, ANN, { check: false })).toMatchObject({ state: 'queued', revision: 2 });
	});

	it('looks at each board once, however many jobs are corrected', async () => {
		const jobs = [await failed(), await failed(), await failed()];
		const reads = () => world.sandbox.control.calls({ account: 'acme-us', operation: 'listBoards' }).items.length;
		const before = reads();
		const { requeued, refused } = await engine.failures.requeueMany({ ids: jobs.map(({ id }) => id) }, { boardId: world.board('acme-eu') }, ANN);
		expect([requeued, refused.map(({ error }) => error.code)]).toEqual([[], jobs.map(() => 'preflight_failed')]);
		// One for the token, one for the boards; not one a job.
		expect(reads() - before).toBeLessThanOrEqual(3);
	});
});

it('takes a job in doubt back by a verdict alone', async () => {
	world.sandbox.control.addFault({ match: { operation: 'createPin', account: 'acme-us' }, fault: 'error500Before' });
	const [result] = await engine.enqueue([world.request(++made)]);
	const id = result!.ok ? result!.job.id : '';
	await world.until(async () => ((await engine.get(id)).phase === 'reconcile' ? true : null));
	await expect(engine.requeue(id, {}, ANN)).rejects.toMatchObject({ code: 'job_in_doubt' });
	const { refused } = await engine.failures.requeueMany({ ids: [id] }, {}, ANN);
	expect(refused).toMatchObject([{ id, error: { code: 'job_in_doubt' } }]);
});

it('keeps an Asset ID and its key at the fresh address that a person gives its image', async () => {
	const url = (address: string) => ({ kind: 'image_url' as const, url: address });
	const old = url('https://shop.example/unreachable/hat.jpg?X-Amz-Signature=1'), fresh = url(`${images.url}/good.png?X-Amz-Signature=2`);
	const named = { boardId: world.board(), source: null, assetId: 'hat' };
	const job = await failed({ ...named, media: old });
	expect(job.lastError).toMatchObject({ code: 'image_unreachable' });
	expect(await engine.requeue(job.id, { media: fresh }, ANN)).toMatchObject({ id: job.id, revision: 2, revisions: [{ by: 'Ann', changes: { media: { from: old, to: fresh } } }] });
	expect(await world.ended(engine, [job.id])).toMatchObject([{ state: 'succeeded' }]);
	// Whatever address it has at the next run, it is this job.
	const [again] = await engine.enqueue([world.request(made, { ...named, media: url('https://shop.example/hat.jpg?X-Amz-Signature=3') })]);
	expect(again).toMatchObject({ ok: true, job: { id: job.id, existing: true, state: 'succeeded', revision: 2 } });
});
