import { allPages, type Page } from '../../../src/publish/pages';

type Answer = { ok: true; value: Page<number> } | { ok: false; failure: string };
const page = (items: number[], bookmark: string | null): Answer => ({ ok: true, value: { items, bookmark } });

/** Reads the answers in order and tells which bookmarks were asked for. */
async function reading(answers: Answer[], maxPages = 10) {
	const asked: (string | null)[] = [];
	const listing = await allPages((bookmark) => {
		asked.push(bookmark);
		return Promise.resolve(answers[asked.length - 1] ?? page([], null));
	}, maxPages);
	return { asked, ...listing };
}

it('is complete when the last page has no bookmark', async () => {
	const read = await reading([page([1, 2], 'a'), page([], 'b'), page([3], null)]);
	expect(read).toMatchObject({ items: [1, 2, 3], pages: 3, ended: { kind: 'complete' }, asked: [null, 'a', 'b'] });
});

it.each([
	{ what: 'a bookmark comes again at once', answers: [page([1], 'a'), page([2], 'a')], pages: 2, kind: 'repeated' },
	{ what: 'bookmarks turn in a circle', answers: [page([1], 'a'), page([2], 'b'), page([3], 'a')], pages: 3, kind: 'repeated' },
	{ what: 'a page cannot be read', answers: [page([1], 'a'), { ok: false, failure: 'down' } as const], pages: 1, kind: 'failed' },
	{ what: 'there are more pages than allowed', answers: Array.from({ length: 10 }, (_, i) => page([i], `b${i}`)), pages: 10, kind: 'too_long' },
])('is not complete when $what', async ({ answers, pages, kind }) => {
	expect(await reading(answers)).toMatchObject({ pages, ended: { kind } });
});

it('is complete when the last allowed page is the last one', async () => {
	expect(await reading([page([1], 'a'), page([2], null)], 2)).toMatchObject({ ended: { kind: 'complete' } });
});
