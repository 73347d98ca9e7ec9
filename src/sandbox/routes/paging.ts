import { refuse, type Answer } from '../answers';
import { pageSizeFault } from '../schemas';

interface Ordered {
	orderKey: string;
}

const defaultPageSize = 25;

/** One page of a listing in the order of its keys. The bookmark is the last key: what is inserted before it is not seen. */
export function page<Item extends Ordered>(items: Item[], query: URLSearchParams, render: (item: Item) => unknown): Answer {
	const size = Number(query.get('page_size') ?? defaultPageSize);
	const fault = pageSizeFault(size);
	if (fault) return refuse.invalidRequest(fault);
	const after = query.get('bookmark');
	const rest = after === null ? items : items.filter((item) => item.orderKey > decoded(after));
	const shown = rest.slice(0, size);
	const bookmark = rest.length > size ? encoded(shown.at(-1)!.orderKey) : null;
	return { status: 200, body: { items: shown.map(render), bookmark } };
}

const encoded = (key: string) => Buffer.from(`b:${key}`).toString('base64url');
const decoded = (bookmark: string) => Buffer.from(bookmark, 'base64url').toString().slice(2);
