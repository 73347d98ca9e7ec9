/** One page of a listing; `bookmark` null ends it. */
export interface Page<T> {
	items: T[];
	bookmark: string | null;
}

/** A listing as far as it could be read. `ended` says why it stopped: only `complete` proves that something is not in it. */
export interface Listing<T, F> {
	items: T[];
	pages: number;
	ended: { kind: 'complete' } | { kind: 'failed'; failure: F } | { kind: 'repeated' } | { kind: 'too_long' };
}

/**
 * Every page of a listing, at most `maxPages`. Pinterest's bookmarks are opaque: one that was followed before would turn in
 * circles (seen in public code, 2026-11), so it ends the reading as not complete.
 */
export async function allPages<T, F>(
	read: (bookmark: string | null) => Promise<{ ok: true; value: Page<T> } | { ok: false; failure: F }>,
	maxPages: number,
): Promise<Listing<T, F>> {
	const items: T[] = [];
	const followed = new Set<string>();
	let bookmark: string | null = null;
	for (let pages = 1; ; pages += 1) {
		const page = await read(bookmark);
		if (!page.ok) return { items, pages: pages - 1, ended: { kind: 'failed', failure: page.failure } };
		items.push(...page.value.items);
		bookmark = page.value.bookmark;
		if (bookmark === null) return { items, pages, ended: { kind: 'complete' } };
		if (followed.has(bookmark)) return { items, pages, ended: { kind: 'repeated' } };
		if (pages >= maxPages) return { items, pages, ended: { kind: 'too_long' } };
		followed.add(bookmark);
	}
}
