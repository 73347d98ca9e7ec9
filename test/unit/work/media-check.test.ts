import { ourFailure } from '../../../src/job/classify';
import type { Media } from '../../../src/job/job';
import type { Probed } from '../../../src/job/preflight';
import { checkMedia, type CheckLimits } from '../../../src/work/media-check';

const FINE: Probed = { kind: 'image', contentType: 'image/png', bytes: 5000, width: 1000, height: 1500 };
const GONE: Probed = { kind: 'refused', status: 404 };
const SILENT: Probed = { kind: 'unreachable', message: 'no answer within 5 s' };
const LIMITS: CheckLimits = { atOnce: 3, probeMs: 60_000, callMs: 60_000 };

const image = (name: string): Media => ({ kind: 'image_url', url: `https://cdn.example/${name}` });
const carousel = (...names: string[]): Media => ({ kind: 'carousel', cards: names.map((name) => ({ image: image(name) as Media & { kind: 'image_url' }, title: null, description: null, link: null })) });

/** Answers for addresses by how they begin, and remembers what it was asked. */
function internet(of: (url: string) => Probed | Promise<Probed>) {
	const asked: string[] = [];
	let now = 0, most = 0;
	return {
		asked, most: () => most,
		image: async (url: string) => {
			asked.push(url);
			most = Math.max(most, ++now);
			await Promise.resolve();
			const probed = await of(url);
			now--;
			return probed;
		},
		video: (url: string) => (asked.push(url), Promise.resolve(url.includes('gone') ? ourFailure('video_refused', 'cdn.example answered 404.') : null)),
	};
}

it('asks for each address once, however many jobs and carousels name it, and for so many at once', async () => {
	const world = internet(() => FINE);
	const medias = [...Array.from({ length: 20 }, (_, n) => image(`${n % 7}.png`)), carousel('1.png', '2.png'), carousel('8.png', '8.png')];
	expect(await checkMedia(medias, world, LIMITS)).toEqual(medias.map(() => ({ problems: [], warnings: [] })));
	expect(world.asked.sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 8].map((n) => `https://cdn.example/${n}.png`));
	expect(world.most()).toBe(3);
});

it('says of each job what is wrong with its own images, and warns of sizes that differ', async () => {
	const world = internet((url) => (url.includes('gone') ? GONE : url.includes('flat') ? { ...FINE, height: 500 } as Probed : FINE));
	const [fine, gone, mixed, flat] = await checkMedia([image('a.png'), image('gone.png'), carousel('a.png', 'gone.png'), carousel('a.png', 'flat.png')], world, LIMITS);
	expect(fine).toEqual({ problems: [], warnings: [] });
	expect(gone!.problems).toMatchObject([{ field: 'media', message: 'https://cdn.example/gone.png answers with status 404.' }]);
	expect(mixed!.problems).toHaveLength(1);
	expect(flat).toEqual({ problems: [], warnings: [expect.stringMatching(/^The images of the carousel have different sizes: 1000 x 1500, 1000 x 500 pixels\. Pinterest wants/)] });
});

it('looks at a video and at its cover', async () => {
	const world = internet(() => GONE);
	const video = (url: string, cover: Media & { kind: 'video_url' } extends { cover: infer C } ? C : never): Media => ({ kind: 'video_url', url, cover });
	const [both] = await checkMedia([video('https://cdn.example/gone.mp4', { kind: 'image_url', url: 'https://cdn.example/cover.png' })], world, LIMITS);
	expect(both!.problems.map(({ message }) => message)).toEqual(['The video https://cdn.example/gone.mp4 cannot be published: cdn.example answered 404.', 'https://cdn.example/cover.png answers with status 404.']);
	expect(await checkMedia([video('https://cdn.example/fine.mp4', { kind: 'frame', atSeconds: 3 })], world, LIMITS)).toEqual([{ problems: [], warnings: [] }]);
});

it('has nothing to ask for bytes', async () => {
	const world = internet(() => GONE);
	expect(await checkMedia([{ kind: 'image_base64', sha256: 'e'.repeat(64), contentType: 'image/png', bytes: 5 }], world, LIMITS)).toEqual([{ problems: [], warnings: [] }]);
	expect(world.asked).toEqual([]);
});

it('leaves a host alone that did not answer three times, and warns', async () => {
	const world = internet(() => SILENT);
	const found = await checkMedia(Array.from({ length: 50 }, (_, n) => image(`${n}.png`)), world, { ...LIMITS, atOnce: 1 });
	expect(world.asked).toHaveLength(3);
	expect(found[2]!.warnings).toEqual(['The image could not be checked before: https://cdn.example/2.png cannot be loaded: no answer within 5 s. It is tried when the job runs.']);
	expect(found[49]).toEqual({ problems: [], warnings: ['The image could not be checked before: cdn.example does not answer. It is tried when the job runs.'] });
});

it('does not leave a host alone that answers between', async () => {
	const world = internet((url) => (/[05].png/.test(url) ? FINE : SILENT));
	await checkMedia(Array.from({ length: 6 }, (_, n) => image(`${n}.png`)), world, { ...LIMITS, atOnce: 1 });
	expect(world.asked).toHaveLength(4);
	const often = internet((url) => (/[0369].png/.test(url) ? FINE : SILENT));
	await checkMedia(Array.from({ length: 10 }, (_, n) => image(`${n}.png`)), often, { ...LIMITS, atOnce: 1 });
	expect(often.asked).toHaveLength(10);
});

it('ends when the time of the call is over: what was not looked at is accepted with a warning', async () => {
	const slow = (signal: AbortSignal) => new Promise<Probed>((resolve) => signal.addEventListener('abort', () => resolve(SILENT), { once: true }));
	const probes = { image: (url: string, signal: AbortSignal) => (url.includes('gone') ? Promise.resolve(GONE) : slow(signal)), video: () => Promise.resolve(null) };
	const [gone, first, never] = await checkMedia([image('gone.png'), image('1.png'), image('2.png')], probes, { atOnce: 1, probeMs: 60_000, callMs: 100 });
	expect(gone!.problems).toHaveLength(1);
	expect(first!.warnings).toEqual([expect.stringContaining('https://cdn.example/1.png cannot be loaded')]);
	expect(never).toEqual({ problems: [], warnings: [expect.stringContaining('the time for it was over')] });
});
