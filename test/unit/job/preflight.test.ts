import { ourFailure } from '../../../src/job/classify';
import type { FailureCode } from '../../../src/job/failures';
import { changedParts, imageProblem, isProven, lookOfImage, lookOfVideo, placeProblem, refusalOf, sizesProblem, type KnownBoards, type Probed, type Problem } from '../../../src/job/preflight';
import type { Job } from '../../../src/job/job';
import { aJob, NOW, parsed } from './builders';

const boards = (count: number): KnownBoards['boards'] => Array.from({ length: count }, (_, n) => ({ id: String(n + 1), name: `Board ${n + 1}`, sections: [] }));
const known = (given: KnownBoards['boards'] = boards(2), boardsAt: number | null = NOW): KnownBoards => ({ boards: given, boardsAt });
const place = (boardId: string, sectionId: string | null = null) => ({ account: 'acme-us', content: { ...aJob().content, boardId, sectionId } });
const url = 'https://cdn.example/hat.jpg';
const anImage = (changes: Partial<Extract<Probed, { kind: 'image' }>> = {}): Probed => ({ kind: 'image', contentType: 'image/jpeg', bytes: 5000, width: 1000, height: 1500, ...changes });

describe('a look at a corrected place', () => {
	it('finds nothing wrong with a board of the account, or when nobody can tell', () => {
		expect(placeProblem(place('2'), known())).toBeNull();
		expect(placeProblem(place('77'), null)).toBeNull();
		expect(placeProblem(place('77'), known([], null))).toBeNull();
	});

	it('names the boards there are to choose from', () => {
		expect(placeProblem(place('77'), known())).toEqual({
			field: 'boardId', message: 'Board 77 is none of the 2 boards of acme-us (as of 2026-11-24 10:00 UTC).', hint: 'Choose one of its boards: Board 1 (1), Board 2 (2).',
		});
		expect(placeProblem(place('77'), known(boards(8)))!.hint).toBe('Choose one of its boards: Board 1 (1), Board 2 (2), Board 3 (3), Board 4 (4), Board 5 (5) and 3 more.');
		expect(placeProblem(place('77'), known([]))!.hint).toBe('acme-us has no boards: make one at Pinterest first.');
	});

	it('says whose board it is', () => {
		const list = known([{ id: '1', name: 'Summer', sections: [] }]);
		expect(placeProblem(place('77'), list, ['acme-eu', 'acme-uk'])).toMatchObject({
			message: expect.stringMatching(/none of the 1 boards of acme-us \(.*\)\. It is a board of acme-eu and of acme-uk\.$/) as string,
			hint: 'Choose acme-eu as the account, or a board of acme-us: Summer (1).',
		});
		expect(placeProblem(place('77'), known([]), ['acme-eu'])!.hint).toBe('Choose acme-eu as the account; acme-us has no boards.');
	});

	it('knows the sections of a board where they were listed', () => {
		const listed = known([{ id: '1', name: 'Summer', sections: [{ id: '5', name: 'Hats' }] }, { id: '2', name: 'Winter', sections: [] }]);
		expect(placeProblem(place('1', '5'), listed)).toBeNull();
		expect(placeProblem(place('2', '5'), listed)).toBeNull();
		expect(placeProblem(place('1', '6'), listed)).toMatchObject({ field: 'sectionId', message: expect.stringContaining('Section 6 is none of the sections of board “Summer”'), hint: 'Choose one of these: Hats (5); or none.' });
	});
});

describe('a look at a corrected image', () => {
	it.each<[string, Probed, string | null]>([
		['a picture that suits', anImage(), null],
		['a picture of unknown size', anImage({ bytes: null, width: null, height: null }), null],
		['exactly 20 MB', anImage({ bytes: 20 * 1024 * 1024 }), null],
		['a little more', anImage({ bytes: 20 * 1024 * 1024 + 1 }), 'The image has 20.0 MB.'],
		['100 x 100 pixels', anImage({ width: 100, height: 100 }), null],
		['a pixel less', anImage({ width: 1000, height: 99 }), 'The image has 1000 x 99 pixels.'],
		['a type that Pinterest does not take', anImage({ contentType: 'image/svg+xml' }), `${url} is image/svg+xml.`],
		['a page', { kind: 'no_image', contentType: 'text/html' }, `${url} is no image (text/html).`],
		['something without a type', { kind: 'no_image', contentType: null }, `${url} is no image.`],
		['a refusal', { kind: 'refused', status: 403 }, `${url} answers with status 403.`],
		['an address inside', { kind: 'forbidden', message: '10.0.0.1 is not public.' }, '10.0.0.1 is not public.'],
		['nobody there', { kind: 'unreachable', message: 'no answer within 5 s' }, `${url} cannot be loaded: no answer within 5 s`],
		['a proxy in between', { kind: 'unchecked' }, null],
	])('says of %s what is wrong', (_what, probed, message) => {
		const problem = imageProblem(url, probed);
		expect(problem?.message ?? null).toBe(message);
		if (problem) expect(problem).toMatchObject({ field: 'media', hint: expect.stringMatching(/^[A-Z].{15,}\.$/) });
	});
});

describe('a look at the image of a new job', () => {
	const inside = (address: string) => ({ address, probed: { kind: 'forbidden', message: 'It is not public.' } as const });

	it.each<[string, Probed, boolean]>([
		...[400, 401, 403, 404, 410, 451].map((status): [string, Probed, boolean] => [`status ${status}`, { kind: 'refused', status }, true]),
		...[302, 405, 406, 408, 416, 425, 429, 500, 502, 503, 504].map((status): [string, Probed, boolean] => [`status ${status}`, { kind: 'refused', status }, false]),
		['a page', { kind: 'no_image', contentType: 'text/html' }, true],
		['a type that Pinterest does not take', anImage({ contentType: 'image/svg+xml' }), true],
		['an image that is too large', anImage({ bytes: 20 * 1024 * 1024 + 1 }), true],
		['an image that is too small', anImage({ width: 99 }), true],
		['nobody there', { kind: 'unreachable', message: 'no answer within 5 s' }, false],
	])('refuses it for %s only if that is proof: %j %s', (_what, probed, refuses) => {
		const { problem, warning } = lookOfImage(url, probed);
		expect({ problem: problem !== null, warning: warning !== null }).toEqual({ problem: refuses, warning: !refuses });
		if (problem) expect(problem).toEqual(imageProblem(url, probed));
		else expect(warning).toMatch(/^The image could not be checked before: https:\/\/cdn\.example\/hat\.jpg .*\w\. It is tried when the job runs\.$/);
	});

	it.each([
		...['http://10.0.0.7/hat.png', 'http://[::1]/hat.png', 'http://minio:9000/hat.png', 'https://localhost/hat.png', 'http://nas.local/hat.png', 'http://cdn.internal/hat.png'].map((address) => ({ ...inside(address), is: true })),
		// Its name leads elsewhere from the internet, as far as anybody here knows.
		{ ...inside('https://cdn.acme.example/hat.png'), is: false },
	])('takes $address for one that Pinterest cannot reach: $is', ({ address, probed, is }) => {
		expect(isProven(address, probed)).toBe(is);
	});

	it('says nothing of one that suits, or of which nobody can tell', () => {
		for (const probed of [anImage(), { kind: 'unchecked' } as const]) expect(lookOfImage(url, probed)).toEqual({ problem: null, warning: null });
	});
});

describe('a look at the video of a new job', () => {
	const video = 'https://cdn.example/lamp.mp4';

	it.each<[FailureCode, string, boolean]>([
		['video_refused', video, true],
		['video_too_large', video, true],
		['video_length_unknown', video, true],
		['video_address_forbidden', 'http://10.0.0.7/lamp.mp4', true],
		['video_address_forbidden', video, false],
		['video_unreachable', video, false],
	])('refuses it for %s at %s only if that is proof: %s', (code, address, refuses) => {
		const { problem, warning } = lookOfVideo(address, ourFailure(code, 'It is so.'));
		if (refuses) expect({ problem, warning }).toEqual({ problem: { field: 'media', message: `The video ${address} cannot be published: It is so.`, hint: expect.stringMatching(/^[A-Z].*\.$/) as string }, warning: null });
		else expect({ problem, warning }).toEqual({ problem: null, warning: `The video could not be checked before: ${address} cannot be loaded: It is so. It is tried when the job runs.` });
	});

	it('says nothing of one that a worker could load', () => {
		expect(lookOfVideo(video, null)).toEqual({ problem: null, warning: null });
	});
});

describe('a look at the images of a corrected carousel', () => {
	it('finds nothing wrong with images of one size, or of sizes that nobody knows', () => {
		expect(sizesProblem([anImage(), anImage({ contentType: 'image/png' }), anImage({ width: null })])).toBeNull();
		expect(sizesProblem([{ kind: 'unchecked' }, anImage()])).toBeNull();
	});

	it('names the sizes that differ', () => {
		expect(sizesProblem([anImage(), anImage({ height: 1000 })])).toEqual({
			field: 'media', message: 'The images of the carousel have different sizes: 1000 x 1500, 1000 x 1000 pixels.', hint: expect.stringContaining('one size') as string,
		});
	});
});

describe('a preflight', () => {
	const NOTHING = { place: false, video: false, images: false }, FILM = 'https://cdn.example/hat.mp4';
	const carousel = (...addresses: string[]) => ({ media: { kind: 'carousel' as const, cards: addresses.map((address) => ({ image: { kind: 'image_url' as const, url: address } })) } });
	const before = aJob();
	const after = (changes: Parameters<typeof parsed>[0]) => ({ ...before, ...parsed(changes) });

	it.each<[string, ReturnType<typeof after>, Partial<ReturnType<typeof changedParts>>]>([
		['nothing', after({}), {}],
		['the title', after({ title: 'Other' }), {}],
		['the board', after({ boardId: '99' }), { place: true }],
		['the section', after({ sectionId: '5' }), { place: true }],
		['the account', after({ account: 'acme-eu' }), { place: true }],
		['one image more', after(carousel(url, 'https://cdn.example/cap.jpg')), { images: true }],
		['the same image twice', after(carousel(url, url)), {}],
		['the address of the image', after({ media: { kind: 'image_url', url: 'https://cdn.example/cap.jpg' } }), { images: true }],
		['the image by a video', after({ media: { kind: 'video_url', url: 'https://cdn.example/hat.mp4' } }), { video: true }],
		['the image by a file, whose bytes are here', after({ media: { kind: 'image_base64', sha256: 'e'.repeat(64), contentType: 'image/png', bytes: 5 } }), {}],
	])('looks at what the correction of %s changed, and at nothing else', (_what, changed, parts) => {
		expect(changedParts(before, changed)).toEqual({ ...NOTHING, ...parts });
	});

	it.each<[string, object, Partial<ReturnType<typeof changedParts>>]>([
		['cover, not at the video, whose address may have expired since it was handed over', { url: FILM, cover: { kind: 'image_url', url: 'https://cdn.example/other.jpg' } }, { images: true }],
		['address, not at its cover', { url: 'https://cdn.example/other.mp4' }, { video: true }],
		['frame, which is a part of it', { url: FILM, cover: { kind: 'frame', atSeconds: 3 } }, {}],
	])('looks at a video\'s %s', (_what, video, parts) => {
		const filmed = after({ media: { kind: 'video_url', url: FILM, cover: { kind: 'image_url', url } } });
		const media = { cover: filmed.content.media.kind === 'video_url' ? filmed.content.media.cover : null, ...video };
		expect(changedParts(filmed, { ...filmed, content: { ...filmed.content, media: { kind: 'video_url', ...media } as Job['content']['media'] } })).toEqual({ ...NOTHING, ...parts });
	});

	it('refuses with the first hint and every message', () => {
		const problems: Problem[] = [{ field: 'boardId', message: 'No such board.', hint: 'Choose one.' }, { field: 'media', message: 'No image.', hint: 'Give one.' }];
		expect(refusalOf(problems, 'pj_1')).toMatchObject({ code: 'preflight_failed', details: { jobId: 'pj_1', field: 'boardId', hint: 'Choose one.', problems }, message: expect.stringContaining('No such board. No image.') });
		expect(refusalOf([], 'pj_1')).toBeNull();
	});
});
