import type { Board } from '../../../src/publish/contract';
import { BoardLists, listedEveryMs, type KeptList } from '../../../src/work/board-lists';
import { Dice } from '../../support/dice';

const MINUTE_MS = 60_000, HOUR_MS = 60 * MINUTE_MS, DAY_MS = 24 * HOUR_MS;
const START = Date.UTC(2026, 10, 2, 9);

/** A namespace of lists, and the workers that keep them; a listing costs a call and one for each board whose sections are read. */
class Lists {
	now = START;
	calls = 0;
	readonly kept = new Map<string, KeptList>();
	/** Minutes in which an account was listed, from the start. */
	readonly minutes: number[] = [];
	fails = false;

	constructor(readonly accounts: string[], readonly writesPerDay: number | null) {}

	list(account: string): KeptList {
		return this.kept.get(account) ?? { boards: [], boardsAt: null, sectionsAt: null, usedAt: Infinity };
	}

	worker(seed: number): BoardLists {
		const dice = new Dice(seed);
		return new BoardLists({
			lists: {
				kept: (account) => Promise.resolve(this.list(account)),
				save: (account, boards, whole) => {
					const before = this.list(account);
					this.kept.set(account, { ...before, boards, boardsAt: this.now, sectionsAt: whole ? this.now : before.sectionsAt });
					return Promise.resolve();
				},
			},
			publisher: { boards: (_token, known = []) => this.listed(known) },
			writesPerDay: () => this.writesPerDay, heard: () => undefined, reads: () => (call) => call(), world: { now: () => this.now, monotonic: () => this.now, random: () => dice.next() }, timeFactor: 1, log: () => undefined,
		});
	}

	private listed(known: Board[]): Promise<Board[]> {
		if (this.fails) return Promise.reject(new Error('No.'));
		const boards = Array.from({ length: 10 }, (_, n) => ({ id: String(n), name: `Board ${n}`, privacy: null, sections: [] }));
		this.minutes.push(Math.floor((this.now - START) / MINUTE_MS));
		this.calls += 1 + boards.length - known.length;
		return Promise.resolve(boards);
	}

	/** As a keeper goes round: twice a minute. */
	async goOn(ms: number, ...workers: BoardLists[]): Promise<void> {
		for (const end = this.now + ms; this.now < end; this.now += 30_000) {
			for (const worker of workers) {
				for (const account of this.accounts) worker.refresh({ account, client: null, token: null as never, pace: null as never }, false);
				await settled();
			}
		}
	}
}

/** Everything here resolves at once. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

const named = (count: number) => Array.from({ length: count }, (_, n) => `account-${n}`);

it.each([
	['every half hour', null, false, 30 * MINUTE_MS],
	['every six hours where the app has a limit a day', 250, false, 6 * HOUR_MS],
	['once a day while nothing is published', null, true, DAY_MS],
])('lists boards %s', (_often, writesPerDay, isIdle, ms) => expect(listedEveryMs(writesPerDay, isIdle)).toBe(ms));

it('takes of a trial app\'s 1,000 calls a day 11 for a first list of ten boards, and at most 15 on a later day', async () => {
	const lists = new Lists(['acme'], 250);
	const worker = lists.worker(1);
	await lists.goOn(MINUTE_MS, worker);
	expect(lists.calls).toBe(11);
	for (let day = 0; day < 6; day++) {
		const before = lists.calls;
		await lists.goOn(DAY_MS, worker);
		expect(lists.calls - before).toBeLessThanOrEqual(15);
		expect(lists.calls - before).toBeGreaterThanOrEqual(3);
	}
});

it('reads the sections of boards it knows only at every sixth listing or so', async () => {
	const lists = new Lists(['acme'], null);
	await lists.goOn(DAY_MS, lists.worker(1));
	const listings = lists.minutes.length, whole = (lists.calls - listings) / 10;
	expect(listings).toBeGreaterThanOrEqual(40);
	expect(listings).toBeLessThanOrEqual(60);
	expect(whole).toBeLessThanOrEqual(9);
	expect(whole).toBeGreaterThanOrEqual(6);
});

it('does not list the accounts of one worker together, neither for long nor after a restart', async () => {
	const lists = new Lists(named(50), null);
	await lists.goOn(3 * HOUR_MS, lists.worker(1));
	await lists.goOn(2 * HOUR_MS);
	const restartedAt = (lists.now - START) / MINUTE_MS;
	await lists.goOn(HOUR_MS, lists.worker(2));
	const together = (from: number, to: number) => {
		const minutes = lists.minutes.filter((minute) => minute >= from && minute < to);
		return Math.max(...minutes.map((minute) => minutes.filter((other) => other === minute).length));
	};
	expect(together(0, 1)).toBe(50);
	expect(together(1, restartedAt)).toBeLessThanOrEqual(12);
	expect(together(restartedAt, Infinity)).toBeLessThanOrEqual(15);
});

it('lists an account once for all its workers, and does so again when one restarts only if it is time', async () => {
	const lists = new Lists(['acme'], 250);
	await lists.goOn(5 * HOUR_MS, lists.worker(1), lists.worker(2));
	await lists.goOn(MINUTE_MS, lists.worker(3));
	expect(lists.minutes.filter((minute) => minute < 4 * 60)).toHaveLength(1);
	expect(lists.minutes.length).toBeLessThanOrEqual(2);
});

it('lists an idle account once a day, and within the usual time once it is used again', async () => {
	const lists = new Lists(['acme'], null);
	lists.kept.set('acme', { boards: [], boardsAt: null, sectionsAt: null, usedAt: START - 2 * DAY_MS });
	const worker = lists.worker(1);
	await lists.goOn(3 * DAY_MS, worker);
	expect(lists.minutes.length).toBeLessThanOrEqual(4);
	const before = lists.minutes.length;
	lists.kept.set('acme', { ...lists.list('acme'), boardsAt: lists.now - HOUR_MS, usedAt: lists.now });
	await lists.goOn(37 * MINUTE_MS, worker);
	expect(lists.minutes.length).toBe(before + 1);
});

it('keeps the old list when a listing fails, and tries again sooner than it would list anew', async () => {
	const lists = new Lists(['acme'], null);
	const worker = lists.worker(1);
	await lists.goOn(MINUTE_MS, worker);
	lists.fails = true;
	await lists.goOn(HOUR_MS, worker);
	expect(lists.list('acme').boards).toHaveLength(10);
	lists.fails = false;
	await lists.goOn(6 * MINUTE_MS, worker);
	expect(lists.minutes).toHaveLength(2);
});

it('lists at once, with all sections, when somebody asks, also while it is being listed', async () => {
	const lists = new Lists(['acme'], 250);
	const worker = lists.worker(1);
	const ask = () => worker.refresh({ account: 'acme', client: null, token: null as never, pace: null as never }, true);
	await lists.goOn(MINUTE_MS, worker);
	ask();
	ask();
	for (let i = 0; i < 3; i++) await settled();
	expect(lists.calls).toBe(33);
});
