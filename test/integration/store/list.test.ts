import type { JobFilter } from '../../../src/store/contract';
import { aJob, failedFor, published, START, StoreWorld } from './store-world';

let world: StoreWorld;
beforeEach(() => { world = new StoreWorld(); });
afterEach(() => world.end());

async function idsOf(filter: JobFilter): Promise<string[]> {
	const ids: string[] = [];
	for (let cursor: string | null | undefined; cursor !== null;) {
		const page = await world.list.list({ ...filter, cursor });
		expect(page.jobs.length).toBeLessThanOrEqual(filter.limit ?? 50);
		ids.push(...page.jobs.map(({ id }) => id));
		cursor = page.cursor;
	}
	return ids;
}

describe('a list of jobs', () => {
	it('goes through all of them once, newest first, page by page, however many were made at the same instant', async () => {
		const jobs = Array.from({ length: 260 }, (_, i) => aJob({ createdAt: START + Math.floor(i / 120), boardId: String(i % 3) }));
		await world.put(...jobs);
		await world.claimed();
		const newestFirst = [...jobs].sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1)).map(({ id }) => id);
		expect(await idsOf({ limit: 30 })).toEqual(newestFirst);
		expect(await idsOf({ limit: 500, account: 'acme' })).toEqual(newestFirst);
	});

	it('gives exactly what the filter asks for', async () => {
		const [a, b, c] = [aJob({ boardId: '1', source: 'row-a' }), aJob({ boardId: '2', account: 'beta', client: 'Beta', createdAt: START + 5 }), aJob({ boardId: '3', createdAt: START + 9 })];
		await world.put(a, b, c);
		const failed = await world.claimed();
		await world.jobs.settle(failed, failedFor(failed, START));
		const cases: [JobFilter, string[]][] = [
			[{ states: ['failed'] }, [a.id]], [{ states: ['queued'] }, [c.id, b.id]], [{ queue: 'ops' }, [a.id]], [{ queue: 'client' }, []],
			[{ account: 'beta' }, [b.id]], [{ client: 'Beta' }, [b.id]], [{ code: 'board_not_found' }, [a.id]], [{ boardId: '3' }, [c.id]],
			[{ source: 'row-a' }, [a.id]], [{ createdAfter: START + 5 }, [c.id, b.id]], [{ createdBefore: START + 5 }, [b.id, a.id]],
			[{ states: ['queued'], account: 'acme' }, [c.id]],
		];
		for (const [filter, ids] of cases) expect({ filter, ids: await idsOf(filter) }).toEqual({ filter, ids });
	});

	it('gives a job once that changes its state while the list is read', async () => {
		const [a, b] = [aJob(), aJob()];
		await world.put(a, b);
		// What is seen when it moves after one index was read and before the next.
		await world.redis.zadd(world.namespace.key('state', 'failed'), a.createdAt, a.id);
		expect((await idsOf({})).sort()).toEqual([a.id, b.id].sort());
	});

	it('ends at a cursor it did not give', async () => {
		await world.put(aJob());
		expect(await world.list.list({ cursor: 'nonsense' })).toEqual({ jobs: [], cursor: null });
	});
});

describe('counts', () => {
	it('tell states, queues, doubt and the oldest job that is due', async () => {
		await world.put(aJob({ boardId: '1', dueAt: START - 9 }), aJob({ boardId: '2' }), aJob({ boardId: '3', dueAt: START + 1 }), aJob({ boardId: '4', dueAt: START + 2 }));
		expect((await world.list.counts()).oldestDueAt).toBe(START - 9);
		const first = await world.claimed();
		await world.jobs.settle(first, published(first, START));
		await world.inDoubt();
		world.time += 1;
		await world.claimed();
		expect(await world.list.counts()).toEqual({
			states: { queued: 1, running: 1, succeeded: 1, retry_scheduled: 1, failed: 0, canceled: 0 },
			failures: { ops: 0, client: 0, engineering: 0 }, inDoubt: 1, lookedFor: { count: 1, oldestAt: START + 20_000 }, oldestDueAt: null, groups: {},
			snoozed: { failures: { ops: 0, client: 0, engineering: 0 }, groups: {} },
		});
		expect(await world.list.accountCounts(['acme', 'none'])).toEqual(new Map([
			['acme', { waiting: 2, running: 1, inDoubt: 1, failed: 0, nextDueAt: START + 2, nextPinAt: START + 2, nextVideoAt: null }], ['none', { waiting: 0, running: 0, inDoubt: 0, failed: 0, nextDueAt: null, nextPinAt: null, nextVideoAt: null }],
		]));
	});
});
