import { calledWith } from '../../../src/bin/jobs-options';
import { correctionOf, filterOf, instantOf } from '../../../src/bin/jobs-values';

const NOW = Date.UTC(2026, 10, 28, 12);
const HOUR = 3_600_000;
const valuesOf = (...argv: string[]) => calledWith(argv)!.values;

it('reads the filters of a list', () => {
	const values = valuesOf('list', '--state', 'failed, queued', '--client', 'Acme', '--queue', 'client', '--code', 'image_too_small', '--on-board', '42', '--text', 'hat', '--unclaimed', '--failed-for', '4');
	expect(filterOf(values, NOW)).toEqual({
		states: ['failed', 'queued'], client: 'Acme', queue: 'client', code: 'image_too_small', boardId: '42', text: 'hat', owner: null, failedBefore: NOW - 4 * HOUR,
	});
});

it('reads a correction: what is given changes, an empty text clears, a new board leaves its old section', () => {
	const values = valuesOf('requeue', 'pj_1', '--board', '42', '--link', '', '--title', 'Hats', '--to-account', 'acme-uk', '--image-url', 'https://x.example/a.jpg');
	expect(correctionOf(values, NOW)).toEqual({ boardId: '42', sectionId: null, link: null, title: 'Hats', account: 'acme-uk', media: { kind: 'image_url', url: 'https://x.example/a.jpg' } });
	expect(correctionOf(valuesOf('requeue', 'pj_1', '--board', '42', '--section', '7'), NOW)).toEqual({ boardId: '42', sectionId: '7' });
	expect(correctionOf(valuesOf('requeue', 'pj_1'), NOW)).toEqual({});
	expect(correctionOf(valuesOf('update', 'pj_1', '--scheduled-at', '4h', '--publish-before', ''), NOW)).toEqual({ scheduledAt: new Date(NOW + 4 * HOUR).toISOString(), publishBefore: null });
	expect(correctionOf(valuesOf('update', 'pj_1', '--when-late', 'skip'), NOW)).toEqual({ whenLate: 'skip' });
	expect(() => correctionOf(valuesOf('update', 'pj_1', '--when-late', 'drop'), NOW)).toThrow('There is no rule "drop".');
});

it('takes an id that is named twice once', () => {
	expect(calledWith(['get', 'pj_1', 'pj_2', 'pj_1'])!.ids).toEqual(['pj_1', 'pj_2']);
});

it.each([
	['4h', NOW + 4 * HOUR], ['30min', NOW + HOUR / 2], ['2 d', NOW + 48 * HOUR], ['2026-12-01T09:00Z', Date.UTC(2026, 11, 1, 9)],
	['2026-12-01T09:00', Date.UTC(2026, 11, 1, 9)], ['2026-12-01', Date.UTC(2026, 11, 1)], ['2026-12-01T09:00+01:00', Date.UTC(2026, 11, 1, 8)],
])('reads the time %p', (text, at) => {
	expect(instantOf(text, 'until', NOW)).toBe(at);
});

it('counts a span back from now where it asks for the past', () => {
	expect(instantOf('1h', 'since', NOW, '-')).toBe(NOW - HOUR);
});

// An option that is empty most often is a shell variable that was not set: without it the filter would be wider.
it.each([
	[['list', '--queue', 'opps'], 'There is no queue "opps".'],
	[['list', '--state', 'failed,dead'], 'There is no state "dead".'],
	[['list', '--owner', 'ann', '--unclaimed'], '--owner and --unclaimed exclude each other.'],
	[['list', '--failed-for', 'long'], '--failed-for "long" is not a number.'],
	[['requeue', '--cause', ''], '--cause is empty.'],
	[['requeue', '--account', ' '], '--account is empty.'],
])('refuses the filter of %j', (argv, message) => {
	expect(() => filterOf(calledWith(argv)!.values, NOW)).toThrow(message);
});

it.each([['tomorrow'], ['4 weeks'], ['12'], ['']])('refuses the time %p', (text) => {
	expect(() => instantOf(text, 'until', NOW)).toThrow('is no time');
});
