import { inCalls, requestsOf } from '../../bench/speed/contender';
import { survivedOf } from '../../bench/speed/outage';
import { crowdOf } from '../../bench/speed/workers';
import { bounded, ratios, shown, spreadOf, timesBullmq } from '../../bench/speed/spread';

describe('what was measured several times', () => {
	it('has a middle, also of an even number, and two ends', () => {
		expect(spreadOf([9, 1, 5])).toEqual({ median: 5, least: 1, most: 9 });
		expect(spreadOf([9, 1, 5, 6])).toEqual({ median: 5.5, least: 1, most: 9 });
	});

	it('is shown with its ends, and alone when it was measured once', () => {
		expect(shown([1200, 1000, 1100])).toBe('1,100 (1,000–1,200)');
		expect(shown([0.125], 2)).toBe('0.13');
	});

	it('is divided by what BullMQ has of the same round', () => {
		expect(ratios([10, 30], [10, 60])).toEqual([1, 0.5]);
	});
});

describe('a bound', () => {
	it.each([
		['≥', 2, [2, 2, 9], true], ['≥', 2, [1.9, 1.9, 9], false],
		['≤', 2, [2, 2, 0], true], ['≤', 2, [2.1, 2.1, 0], false],
	] as const)('of %s %d is held against the median of %p', (sense, bound, seen, isKept) => {
		expect(bounded('it', sense, bound, [...seen])).toMatchObject({ isKept });
	});

	it('is broken by what was not measured', () => {
		expect(bounded('it', '≤', 2, [])).toMatchObject({ seen: 'nothing', isKept: false });
		expect(timesBullmq('it', '≤', 2, [1], [])).toMatchObject({ isKept: false });
	});
});

describe('the jobs of a round', () => {
	it('go to the accounts in turn, and to the boards of an account in turn, each under a key of its own', () => {
		const requests = requestsOf({ accounts: 2, boards: 2 }, 0, 5);
		expect(requests.map(({ account, boardId }) => `${account} ${boardId}`)).toEqual([
			'account-0001 1000000', 'account-0002 1000000', 'account-0001 1000001', 'account-0002 1000001', 'account-0001 1000000',
		]);
		expect(new Set(requests.map(({ source }) => source)).size).toBe(5);
	});

	it('are sent in calls of a size, so many of them under way, and each once', async () => {
		const calls: number[][] = [];
		let [underWay, most] = [0, 0];
		await inCalls([1, 2, 3, 4, 5], { atOnce: 2, inFlight: 2 }, async (some) => {
			most = Math.max(most, ++underWay);
			calls.push(some);
			await Promise.resolve();
			underWay--;
		});
		expect({ calls, most }).toEqual({ calls: [[1, 2], [3, 4], [5]], most: 2 });
	});
});

describe('an outage', () => {
	const seen = (...all: [string, number][]) => all.map(([key, at]) => ({ key, at }));

	it('is survived by jobs that are sent once: one sent again is told, and one that never was', () => {
		const jobs = seen(['a', 900], ['a', 5200], ['b', 6000]);
		expect(survivedOf({ begun: jobs, sent: jobs }, { goneAt: 1000, backAt: 5000, jobs: 3 })).toEqual({ underWay: 1, firstMs: 200, newMs: 1000, twice: 1, never: 1 });
	});

	it('never ends for who begins nothing after it', () => {
		const jobs = seen(['a', 100]);
		expect(survivedOf({ begun: jobs, sent: jobs }, { goneAt: 1000, backAt: 5000, jobs: 1 })).toMatchObject({ underWay: 0, firstMs: null, newMs: null });
	});
});

describe('Pins that several workers published', () => {
	const pin = (account: string, board: string, row: number, at: number) => ({ account, board, row, at });

	it('are out of order when a later one of their board was there first, and double when they are there twice', () => {
		const pins = [pin('a', 'one', 2, 1000), pin('a', 'one', 0, 1500), pin('a', 'two', 1, 1600), pin('b', 'one', 3, 1700), pin('b', 'one', 3, 3000)];
		expect(crowdOf(pins, 1000)).toEqual({ pins: 4, twice: 1, outOfOrder: 1, perSecond: 2.5, seconds: 2, half: [0, 3] });
	});
});
