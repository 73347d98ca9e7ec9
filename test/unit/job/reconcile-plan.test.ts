import { couldBeTwins, likenessOf, linkToSend, markerOf, naturalKey, type ListedPin } from '../../../src/job/natural-key';
import { afterLook, isPlanOver, judgeScan, nextLookAt, notBeforeOf, provesAbsence, scanGapMs, type Scan } from '../../../src/job/reconcile-plan';
import type { LookOutcome } from '../../../src/job/outcome';
import type { Job, PinContent } from '../../../src/job/job';
import { absent, aDoubt, aFailure, aJob, aJobInDoubt, evidence, MINUTE, NOW, POLICY, SECOND } from './builders';

const HORIZON = NOW + 30 * MINUTE;
const job = aJobInDoubt();
const pin = (changes: Partial<ListedPin> = {}): ListedPin => ({
	id: '501', created_at: '2026-11-24T10:00:05', board_id: '1234', board_section_id: null,
	link: 'https://shop.example/summer', title: 'Summer', description: 'Hats', alt_text: 'A hat', ...changes,
});
const scan = (pins: ListedPin[], changes: Partial<Scan> = {}): Scan => ({ at: NOW + MINUTE, complete: true, pages: 1, pins, failure: null, skewMs: null, aheadMs: 0, ...changes });
const nobody = new Map<string, string>();

describe('a listed Pin', () => {
	it.each<[string, Partial<ListedPin>]>([
		['as Pinterest echoes it', {}],
		['with other blanks around its texts', { title: ' Summer\n', description: 'Hats\r\n' }],
		['with another spelling of the same link', { link: 'HTTPS://shop.example:443/summer' }],
		['without a field that says nothing then', { board_section_id: undefined, alt_text: undefined }],
		['made up to two minutes before the job, by clocks that differ', { created_at: '2026-11-24T09:58:00' }],
		['with a zone of its own', { created_at: '2026-11-24T12:00:05+02:00' }],
		['without a date', { created_at: undefined }],
	])('may be the job\'s %s', (_name, changes) => {
		expect(likenessOf(job, pin(changes), job.inDoubt!.notBefore)).toBe('same');
	});

	it.each<[string, Partial<ListedPin>]>([
		['on another board', { board_id: '99' }],
		['in a section', { board_section_id: '7' }],
		['with another link', { link: 'https://shop.example/winter' }],
		['with another utm', { link: 'https://shop.example/summer?utm_source=x' }],
		['without a link', { link: null }],
		['with another title', { title: 'summer' }],
		['with another description', { description: null }],
		['with another alt text', { alt_text: '' }],
		['that is older than the job', { created_at: '2026-11-24T09:57:59' }],
		['that is older in its own zone', { created_at: '2026-11-24T10:57:00+01:00' }],
	])('is not the job\'s %s', (_name, changes) => {
		expect(likenessOf(job, pin(changes), job.inDoubt!.notBefore)).toBeNull();
	});

	it('without texts matches a job without texts', () => {
		const bare = aJobInDoubt({}, { content: { ...job.content, title: null, description: null, altText: null, link: null } });
		expect(likenessOf(bare, pin({ title: '', description: null, alt_text: '', link: null }), 0)).toBe('same');
	});
});

describe('a field that was not sent', () => {
	const sent = (changes: Partial<PinContent>) => aJobInDoubt({}, { content: { ...job.content, ...changes } });

	it.each<[string, Partial<PinContent>]>([['title', { title: null }], ['description', { description: '' }], ['alt text', { altText: null }], ['link', { link: null }]])(
		'(%s) says nothing, whatever the Pin has there', (_name, changes) => {
			expect(likenessOf(sent(changes), pin(), 0)).toBe('alike');
			expect(likenessOf(sent(changes), pin({ board_section_id: '7' }), 0)).toBeNull();
		},
	);

	it('does not speak for a Pin that differs in one that was', () => {
		expect(likenessOf(sent({ title: null }), pin({ description: 'Caps' }), 0)).toBeNull();
	});
});

describe('a marker', () => {
	const marked = aJobInDoubt({}, { marker: true });

	it('is a part of the job\'s id in the link that is sent', () => {
		expect(markerOf(marked)).toBe(marked.id.slice(3, 15));
		expect(linkToSend(marked)).toBe(`https://shop.example/summer?pj=${marked.id.slice(3, 15)}`);
		expect(linkToSend(job)).toBe('https://shop.example/summer');
	});

	it('finds the Pin whatever became of its texts, and nothing without it', () => {
		expect(likenessOf(marked, pin({ link: linkToSend(marked), title: 'Edited', board_id: '99' }), 0)).toBe('same');
		expect(likenessOf(marked, pin(), 0)).toBeNull();
	});

	it('makes twins distinct', () => {
		const twins = [aJob({ marker: true }, { source: 'row-1' }), aJob({ marker: true }, { source: 'row-2' })];
		expect(new Set(twins.map(naturalKey)).size).toBe(2);
	});
});

describe('the natural key', () => {
	it('is one for jobs whose Pins look the same', () => {
		const key = naturalKey(aJob({}, { source: 'row-1' }));
		expect(naturalKey(aJob({}, { source: 'row-2', title: 'Summer ', media: { kind: 'image_url', url: 'https://cdn.example/other.jpg' } }))).toBe(key);
	});

	it.each([{ sectionId: '9' }, { link: null }, { title: 'x' }, { description: 'x' }, { altText: 'x' }])('is another one with %j', (change) => {
		expect(naturalKey(aJob({}, change))).not.toBe(naturalKey(aJob()));
	});
});

describe('jobs that one Pin might be meant by', () => {
	const key = (changes: Parameters<typeof aJob>[1] = {}, more: Partial<Job> = {}) => naturalKey(aJob(more, changes));

	it.each<[string, string, string, boolean]>([
		['are those that look the same', key(), key({ source: 'row-2' }), true],
		['are not those with other texts', key(), key({ title: 'Winter' }), false],
		['are not those of other sections', key(), key({ sectionId: '7' }), false],
		['are those of which one did not send what the other did', key({ title: null }), key({ description: null }), true],
		['are not those that differ in what both sent', key({ title: null }), key({ title: null, description: 'Caps' }), false],
		['are not those with a marker and any other link', key({}, { marker: true }), key(), false],
		['are those with a marker and no link', key({}, { marker: true }), key({ link: null }), true],
	])('%s', (_name, one, other, wanted) => {
		expect([couldBeTwins(one, other), couldBeTwins(other, one)]).toEqual([wanted, wanted]);
	});
});

describe('what a scan says', () => {
	it.each<[string, Scan, ReadonlyMap<string, string>, Partial<LookOutcome>]>([
		['found, with one candidate', scan([pin(), pin({ id: '502', title: 'Other' })]), nobody, { kind: 'found', pinId: '501' }],
		['found, when a page repeats the candidate', scan([pin(), pin()]), nobody, { kind: 'found', pinId: '501' }],
		['absent, with none', scan([pin({ title: 'Other' })]), nobody, { kind: 'absent' }],
		['absent, when the candidate belongs to another job', scan([pin()]), new Map([['501', 'pj_other']]), { kind: 'absent' }],
		['found, when the candidate is this job\'s already', scan([pin(), pin({ id: '502' })]), new Map([['502', job.id]]), { kind: 'found', pinId: '502' }],
		['ambiguous, with two', scan([pin(), pin({ id: '502' })]), nobody, { kind: 'ambiguous', pinIds: ['501', '502'] }],
		['unreadable, when pages are missing', scan([], { complete: false }), nobody, { kind: 'unreadable' }],
		['unreadable, when an unread page might hold a second candidate', scan([pin()], { complete: false }), nobody, { kind: 'unreadable' }],
		['unreadable with the reason of the failed call', scan([], { complete: false, failure: aFailure('rate_limited') }), nobody, { kind: 'unreadable', failure: aFailure('rate_limited') }],
	])('is %s', (_name, seen, owners, outcome) => {
		expect(judgeScan(job, seen, owners)).toMatchObject(outcome);
	});

	it('is found on a marker even on an incomplete scan', () => {
		const marked = aJobInDoubt({}, { marker: true });
		const seen = scan([pin({ link: linkToSend(marked) })], { complete: false });
		expect(judgeScan(marked, seen, nobody)).toMatchObject({ kind: 'found' });
	});

	describe('of a job that did not send every field', () => {
		const untitled = aJobInDoubt({}, { content: { ...job.content, title: null } });
		const nondescript = aJobInDoubt({}, { content: { ...job.content, title: null, description: null, altText: null, link: null } });

		it('is found, but only alike, when the Pin says more', () => {
			expect(judgeScan(untitled, scan([pin()]), nobody)).toMatchObject({ kind: 'found', pinId: '501', alike: true, evidence: { note: expect.stringContaining('alike but with more in it: 501') } });
		});

		it('prefers the Pin that is the same in every field', () => {
			const outcome = judgeScan(untitled, scan([pin(), pin({ id: '502', title: '' })]), nobody);
			expect(outcome).toMatchObject({ kind: 'found', pinId: '502' });
			expect(outcome).not.toHaveProperty('alike');
		});

		it('is ambiguous with two that say more, and with one where nothing was sent to know it by', () => {
			expect(judgeScan(untitled, scan([pin(), pin({ id: '502', title: 'Other' })]), nobody)).toMatchObject({ kind: 'ambiguous', pinIds: ['501', '502'] });
			expect(judgeScan(nondescript, scan([pin()]), nobody)).toMatchObject({ kind: 'ambiguous', pinIds: ['501'] });
			expect(judgeScan(nondescript, scan([pin({ title: '', description: '', alt_text: '', link: '' })]), nobody)).toMatchObject({ kind: 'found' });
		});
	});

	it('is kept as evidence with its time, its size and its candidates', () => {
		expect(judgeScan(job, scan([pin(), pin({ id: '502' })]), nobody).evidence)
			.toEqual({ at: NOW + MINUTE, scan: 'complete', pages: 1, candidates: 2, skewMs: null, note: '2 Pins on 1 pages, matching: 501, 502.' });
		const forbidden = aFailure('reads_forbidden', { httpStatus: 403, message: 'No.' });
		expect(judgeScan(job, scan([], { complete: false, failure: forbidden }), nobody).evidence).toMatchObject({ scan: 'forbidden', note: '0 Pins on 1 pages, none matches. Not complete: No.' });
	});

	it('reads the link of each Pin once, however many jobs are in doubt on the board', () => {
		let reads = 0;
		const pins = Array.from({ length: 200 }, (_, n) => Object.defineProperty(pin({ id: String(n) }), 'link', {
			get: () => {
				reads++;
				return `https://shop.example/products/${n}`;
			},
		}));
		for (let n = 0; n < 20; n++) expect(judgeScan(aJobInDoubt(), scan(pins), nobody).kind).toBe('absent');
		// Once for its form, once for its marker.
		expect(reads).toBe(2 * pins.length);
	});
});

describe('a store whose clock is ahead of Pinterest\'s', () => {
	const written = (minutesBefore: number) => pin({ created_at: new Date(NOW - minutesBefore * MINUTE).toISOString().slice(0, 19) });

	it('takes no Pin of its own for too old', () => {
		expect(judgeScan(job, scan([written(9)], { skewMs: 600_000, aheadMs: 600_000 }), nobody)).toMatchObject({ kind: 'found', evidence: { skewMs: 600_000 } });
		expect(judgeScan(job, scan([written(9)]), nobody)).toMatchObject({ kind: 'absent' });
		expect(judgeScan(job, scan([written(13)], { skewMs: 600_000, aheadMs: 600_000 }), nobody)).toMatchObject({ kind: 'absent' });
	});

	it('remembers in the doubt how far ahead it was, also when it is right again and somebody else looks', () => {
		const seen = judgeScan(job, scan([], { skewMs: 600_000, aheadMs: 600_000 }), nobody);
		const doubtful = { ...job, inDoubt: afterLook(job.inDoubt!, seen, POLICY) };
		expect(doubtful.inDoubt).toMatchObject({ aheadMs: 600_000 });
		expect(judgeScan(doubtful, scan([written(9)], { skewMs: 0 }), nobody)).toMatchObject({ kind: 'found' });
	});

	it('is believed for a day at most, and being behind changes nothing', () => {
		const { notBefore } = job.inDoubt!;
		expect(notBeforeOf(job, { aheadMs: 1e12 })).toBe(notBefore - 24 * 60 * MINUTE);
		expect(notBeforeOf(job, { aheadMs: 0 })).toBe(notBefore);
	});
});

describe('the plan of looks', () => {
	it('looks at the planned distances from the send deadline', () => {
		const times = POLICY.lookAtMs.map((_, step) => nextLookAt(aDoubt({ step }), POLICY, NOW) - NOW);
		expect(times).toEqual([5, 15, 45, 120, 300, 600, 900, 1200, 1800].map((seconds) => seconds * SECOND));
	});

	it('never looks twice in one breath after a pause', () => {
		const late = NOW + 60 * MINUTE;
		expect(nextLookAt(aDoubt({ step: 0 }), POLICY, late)).toBe(late);
		expect(nextLookAt(aDoubt({ step: 1 }), POLICY, late)).toBe(late + 5 * SECOND);
	});

	it('goes on in steps as long as the last one', () => {
		expect(nextLookAt(aDoubt({ step: 10 }), POLICY, NOW) - NOW).toBe(50 * MINUTE);
	});

	it.each([
		['a transient trouble', 'incomplete', 12], ['several candidates', 'complete', 9], ['a refused read', 'forbidden', 9],
	] as const)('ends after %s at look %s number %d', (_name, kind, looks) => {
		const outcome: LookOutcome = kind === 'complete'
			? { kind: 'ambiguous', pinIds: ['1', '2'], evidence: evidence(NOW, kind, 2) }
			: { kind: 'unreadable', failure: aFailure('read_failed'), evidence: evidence(NOW, kind) };
		expect(isPlanOver(aDoubt({ step: looks - 1 }), outcome, POLICY)).toBe(false);
		expect(isPlanOver(aDoubt({ step: looks }), outcome, POLICY)).toBe(true);
	});

	it.each([[0, 5], [1, 5], [2, 20], [20, 380], [200, 450]])('reads a board of %d pages again after %d seconds at the earliest', (pages, seconds) => {
		expect(scanGapMs(pages, POLICY)).toBe(seconds * SECOND);
	});

	it('never waits so long for company that fewer than three looks fall within the horizon', () => {
		expect(4 * POLICY.longestScanGapMs).toBeLessThanOrEqual(POLICY.horizonMs);
	});
});

describe('absence', () => {
	it.each<[string, number, LookOutcome, boolean]>([
		['proven by the third complete scan past the horizon', 2, absent(HORIZON), true],
		['not proven by three scans before the horizon', 2, absent(HORIZON - 1), false],
		['not proven by the second scan, however late', 1, absent(HORIZON + MINUTE), false],
		['not proven by an incomplete scan', 5, { kind: 'unreadable', failure: aFailure('scan_incomplete'), evidence: evidence(HORIZON, 'incomplete') }, false],
		['not proven while a twin is being sent', 5, { kind: 'contested', evidence: evidence(HORIZON, 'complete', 1) }, false],
	])('is %s', (_name, absentScans, outcome, proven) => {
		expect(provesAbsence(aDoubt({ absentScans }), outcome, POLICY)).toBe(proven);
	});

	it('does not count a scan that began before the request could have left', () => {
		expect(afterLook(aDoubt(), absent(NOW - 1), POLICY).absentScans).toBe(0);
		expect(afterLook(aDoubt(), absent(NOW), POLICY).absentScans).toBe(1);
	});

	it('has to be shown anew once something was seen', () => {
		const seen: LookOutcome = { kind: 'ambiguous', pinIds: ['1', '2'], evidence: evidence(NOW + MINUTE, 'complete', 2) };
		expect(afterLook(aDoubt({ absentScans: 2 }), seen, POLICY).absentScans).toBe(0);
	});
});
