import type { Job, LeasedJob, Video } from '../../../src/job/job';
import type { MediaOutcome } from '../../../src/job/outcome';
import type { Publisher } from '../../../src/publish/contract';
import type { SandboxOptions } from '../../../src/sandbox';
import { UrlGuard } from '../../../src/webhook/url-guard';
import { aPng } from '../../support/image';
import { aWorld, type World } from './world';

let world: World;
afterEach(() => world.stop());

const never = new AbortController().signal;
type Tools = Parameters<Publisher['handOver']>[1];

async function start(options: SandboxOptions = {}, more: Parameters<typeof aWorld>[1] = {}): Promise<void> {
	let origin = '';
	// The sandbox has an address of this machine, so it is the operator's own.
	const guard = { lookup: new UrlGuard().lookup, admits: () => false, refusesHost: (url: URL) => new UrlGuard([origin]).refusesHost(url), trusts: (url: URL) => new UrlGuard([origin]).trusts(url) };
	world = await aWorld({ mediaProcessMs: 0, ...options }, { guard, ...more });
	origin = world.sandbox.origin;
	world.sandbox.control.addFile({ name: 'a.mp4', bytes: 300_000 });
}

const video = (more: Partial<Video> = {}): Video => ({ kind: 'video_url', url: `${world.sandbox.origin}/files/a.mp4`, cover: { kind: 'frame', atSeconds: 2 }, ...more });
const aVideo = (more: Partial<Video> = {}, fields: Partial<LeasedJob> = {}): LeasedJob => world.job({ media: video(more) }, fields);
const handOver = (job: Job, tools: Partial<Tools> = {}) => world.publisher.handOver(job, { token: world.token, write: (call) => call(), signal: never, ...tools });
const withUpload = (mediaId: string, more: Partial<Video> = {}): LeasedJob => aVideo(more, { upload: { mediaId, at: 0, readyAt: 0, polls: 0, sha256: '', bytes: 1 } });
const failure = (kind: string, code: string) => ({ kind, failure: { code } });

async function handedOver(): Promise<string> {
	const outcome = await handOver(aVideo());
	if (outcome.kind !== 'handed_over') throw new Error(JSON.stringify(outcome));
	return outcome.mediaId;
}

describe('a video that is handed over', () => {
	it('is registered and uploaded in one step, of which only its id, hash and length come out', async () => {
		await start();
		const outcome = await handOver(aVideo());
		const [upload] = world.sandbox.control.uploads();
		expect(outcome).toEqual({ kind: 'handed_over', mediaId: upload!.id, sha256: upload!.sha256, bytes: 300_000 });
		expect(world.operations()).toEqual(['getFile', 'registerMedia', 'uploadFile']);
	});

	it('is asked about until Pinterest has finished with it, and then makes a Pin with any of the three covers', async () => {
		await start({ mediaProcessMs: 60_000 });
		const slow = await handedOver();
		expect(await world.publisher.mediaStatus(withUpload(slow), { token: world.token })).toEqual({ kind: 'processing' });
		expect(await world.publish(withUpload(slow))).toMatchObject(failure('refused', 'media_not_ready'));
		world.sandbox.control.setMedia({ processMs: 0 });
		const mediaId = await handedOver();
		expect(await world.publisher.mediaStatus(withUpload(mediaId), { token: world.token })).toEqual({ kind: 'media_ready' });
		const bytes = aPng(), sha256 = 'a'.repeat(64);
		const covers: Video['cover'][] = [{ kind: 'frame', atSeconds: 2 }, { kind: 'image_url', url: 'https://img.example/c.jpg' }, { kind: 'image_base64', sha256, contentType: 'image/png', bytes: bytes.length }];
		for (const cover of covers) expect(await world.publish(withUpload(mediaId, { cover }), { media: () => Promise.resolve(bytes) })).toMatchObject({ kind: 'published' });
		const pins = world.sandbox.control.pins().items;
		expect(pins.map(({ mediaId: of, cover }) => [of, cover])).toEqual([[mediaId, 'frame:2'], [mediaId, 'https://img.example/c.jpg'], [mediaId, expect.stringMatching(/^sha256:/)]]);
	});

	it('is published only with what was handed over', async () => {
		await start();
		expect(await world.publish(aVideo())).toMatchObject(failure('not_sent', 'media_gone'));
		expect(await world.publish(withUpload('5'))).toMatchObject(failure('refused', 'media_gone'));
		expect(await world.publisher.mediaStatus(withUpload('5'), { token: world.token })).toMatchObject(failure('refused', 'media_gone'));
		expect(world.pinCount()).toBe(0);
	});

	it('is loaded anew when it had to wait for its slot: a server does not', async () => {
		let clock = 0;
		await start({}, { monotonic: () => clock });
		const slowly: Tools['write'] = (call) => {
			clock += 6000;
			return call();
		};
		expect(await handOver(aVideo(), { write: slowly })).toMatchObject({ kind: 'handed_over', bytes: 300_000 });
		expect(world.operations()).toEqual(['getFile', 'registerMedia', 'getFile', 'uploadFile']);
	});
});

describe('a video that is not handed over', () => {
	it('costs no registration when there is none at its address', async () => {
		await start();
		const { control } = world.sandbox;
		control.addFile({ name: 'page', bytes: 100, contentType: 'text/html' });
		control.addFile({ name: 'down', bytes: 100, status: 503 });
		control.addFile({ name: 'long', bytes: 100, noLength: true });
		const at = (name: string) => handOver(aVideo({ url: `${world.sandbox.origin}/files/${name}` }));
		expect(await at('none')).toMatchObject(failure('not_sent', 'video_refused'));
		expect(await at('page')).toMatchObject(failure('not_sent', 'video_refused'));
		expect(await at('down')).toMatchObject(failure('not_sent', 'video_unreachable'));
		expect(await at('long')).toMatchObject(failure('not_sent', 'video_length_unknown'));
		expect(await handOver(aVideo({ url: 'http://169.254.169.254/latest/meta-data' }))).toMatchObject(failure('not_sent', 'video_address_forbidden'));
		expect(world.operations()).not.toContain('registerMedia');
	});

	it('says whose fault it is: Pinterest\'s, storage\'s, the file\'s or the address\'s', async () => {
		await start();
		const { control } = world.sandbox;
		control.addFault({ match: { operation: 'registerMedia' }, fault: 'error500Before' });
		expect(await handOver(aVideo())).toMatchObject(failure('not_sent', 'media_call_failed'));
		control.addFault({ match: { operation: 'registerMedia' }, fault: '429' });
		expect(await handOver(aVideo())).toMatchObject(failure('refused', 'rate_limited'));
		control.addFault({ match: { operation: 'uploadFile' }, fault: 'error500Before' });
		expect(await handOver(aVideo())).toMatchObject(failure('not_sent', 'media_call_failed'));
		control.setMedia({ expireMs: 0 });
		expect(await handOver(aVideo())).toMatchObject(failure('not_sent', 'upload_refused'));
		control.setMedia({ expireMs: 60_000, failNext: 1 });
		const mediaId = await handedOver();
		expect(await world.publisher.mediaStatus(withUpload(mediaId), { token: world.token })).toMatchObject(failure('not_sent', 'media_processing_failed'));
		control.addFile({ name: 'a.mp4', bytes: 300_000, cutAt: 200_000 });
		expect(await handOver(aVideo())).toMatchObject(failure('not_sent', 'video_unreachable'));
	});

	it('has happened not at all without a slot, without a good token, or when it is told to end', async () => {
		await start();
		const nothing = failure('not_sent', 'permit_refused');
		expect(await handOver(aVideo(), { write: () => Promise.resolve(undefined) })).toMatchObject(nothing);
		expect(await handOver(aVideo(), { trusts: () => Promise.resolve(false) })).toMatchObject(nothing);
		expect(world.operations()).toEqual(['getFile']);
		world.sandbox.control.addFile({ name: 'a.mp4', bytes: 300_000, bytesPerSecond: 100_000 });
		const stop = new AbortController();
		const ending: Promise<MediaOutcome> = handOver(aVideo(), { signal: stop.signal });
		setTimeout(() => stop.abort(), 500);
		expect(await ending).toMatchObject(nothing);
		expect(world.sandbox.control.uploads().filter(({ sha256 }) => sha256 !== null)).toEqual([]);
	});

	it('renews a dead token and begins anew with it', async () => {
		await start();
		world.sandbox.control.changeAccount('acme', { revoke: 'access' });
		expect(await handOver(aVideo())).toMatchObject(failure('refused', 'token_refreshed'));
		expect(world.token.renewals).toBe(1);
		expect(await handOver(aVideo())).toMatchObject({ kind: 'handed_over' });
	});
});
