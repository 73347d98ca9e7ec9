import { plainCorrection } from '../../../nodes/shared/correction';
import { jobFilter } from '../../../nodes/shared/job-filter';

const correct = (changes: Record<string, unknown>) => plainCorrection(changes, 'UTC');

it('changes nothing that is not listed', () => {
	expect(correct({})).toEqual({});
});

it('clears the section with a new board, since a section belongs to its board', () => {
	expect(correct({ board: { mode: 'list', value: '42', cachedResultName: 'Lamps' } })).toEqual({ boardId: '42', boardName: 'Lamps', sectionId: null });
});

it.each([
	['Summer (acme-us)', undefined, 'Summer'], ['Hats (old) (acme-us)', undefined, 'Hats (old)'], ['Summer', undefined, 'Summer'],
	['Summer (2026)', 'acme-us', 'Summer (2026)'], ['Summer (acme-us)', 'acme-us', 'Summer'],
])('takes the name of a board from how it was listed: %s, account %s', (cachedResultName, account, boardName) => {
	expect(correct({ board: { mode: 'list', value: '42', cachedResultName }, ...(account && { account }) })).toMatchObject({ boardName });
});

it('keeps a section that was chosen with the board', () => {
	expect(correct({ board: { mode: 'id', value: '42' }, section: { mode: 'id', value: '7' } })).toEqual({ boardId: '42', boardName: null, sectionId: '7' });
});

it('changes the color that is shown while the image loads', () => {
	expect(correct({ dominantColor: '#6e7874' })).toEqual({ dominantColor: '#6e7874' });
});

it('clears texts and times that were added and left empty', () => {
	expect(correct({ title: '', scheduledAt: '' })).toEqual({ title: null, scheduledAt: null });
});

it('ignores a board, an account and an image that were added and left empty', () => {
	expect(correct({ board: { mode: 'list', value: '' }, account: { mode: 'list', value: '' }, imageUrl: '' })).toEqual({});
});

it('makes a carousel of a list of addresses', () => {
	const cards = ['https://x.example/a.jpg', 'https://x.example/b.jpg'].map((url) => ({ image: { kind: 'image_url', url } }));
	expect(correct({ imageUrls: 'https://x.example/a.jpg, https://x.example/b.jpg' })).toEqual({ media: { kind: 'carousel', cards } });
	expect(correct({ imageUrls: '' })).toEqual({});
});

it('reads an image, an account and times', () => {
	expect(correct({ imageUrl: 'https://x.example/a.jpg', account: { mode: 'name', value: 'acme-uk' }, publishBefore: '2026-12-01T09:00', whenLate: 'publish' })).toEqual({
		media: { kind: 'image_url', url: 'https://x.example/a.jpg' }, account: 'acme-uk', publishBefore: '2026-12-01T09:00:00.000Z', whenLate: 'publish', assumedZones: { publishBefore: 'UTC' },
	});
});

it('reads filters, and leaves out those that are empty', () => {
	expect(jobFilter({ account: ' acme-us ', states: ['failed', 'queued'], queue: 'client', code: '', createdAfter: '2026-11-01T00:00:00Z' }, 'UTC')).toEqual({
		account: 'acme-us', states: ['failed', 'queued'], queue: 'client', createdAfter: Date.UTC(2026, 10, 1),
	});
});

it('leaves a field whose expression gives undefined as it is, and clears one that is empty', () => {
	const locator = (value: unknown) => ({ __rl: true, mode: 'id', value });
	expect(correct({ title: undefined, link: undefined, section: locator(undefined), board: locator(undefined), imageUrl: undefined })).toEqual({});
	expect(correct({ title: '', section: locator('') })).toEqual({ title: null, sectionId: null });
});

it('tells of a time without a zone in which zone it was read, and of no other', () => {
	expect(plainCorrection({ scheduledAt: '2026-12-01T09:00', publishBefore: '2026-12-02T09:00Z' }, 'Europe/Berlin')).toEqual({
		scheduledAt: '2026-12-01T08:00:00.000Z', publishBefore: '2026-12-02T09:00:00.000Z', assumedZones: { scheduledAt: 'Europe/Berlin' },
	});
});
