import { aheadAt, inScriptTime, scriptTime, type ClockStep } from '../../bench/faults/clock';
import type { CutRecord } from '../../bench/faults/redis-host';
import { lostEnqueues, withoutForgotten } from '../../bench/faults/rollback';
import { countPins } from '../../bench/faults/round';
import type { Enqueued } from '../../simulation/client';
import type { History } from '../../support/history';

const call = (key: string, answer: Enqueued['answer'], answeredAt: number): Enqueued => ({ key, at: answeredAt - 5, answeredAt, answer, jobId: `pj_${key}`, error: null });
const cut = (from: number, at: number, appendfsync: CutRecord['appendfsync'] = 'everysec'): CutRecord => ({ what: 'power cut', appendfsync, from, at, upAt: at + 500 });

describe('the Pins of a round', () => {
	const plan = ['a', 'a', 'b', 'c'].map((group) => ({ group, fate: 'fine' as const }));

	it('are double when there are more than keys of their content, and missing when there are fewer', () => {
		expect(countPins(plan, ['a', 'a', 'a', 'c'], [])).toEqual({ double: 1, missing: 1 });
	});

	it('are not missing when a person was asked to look, and still double when there are too many', () => {
		expect(countPins(plan, ['a', 'a', 'c', 'c'], ['b', 'c'])).toEqual({ double: 1, missing: 0 });
	});

	it('are double when nobody may have them at all', () => {
		expect(countPins([{ group: 'a', fate: 'foreign board' }], ['a', 'z'], [])).toEqual({ double: 2, missing: 0 });
	});
});

describe('an enqueue', () => {
	it('is lost when its key is new once more, and excused by a cut within two seconds of the last acknowledgement', () => {
		const calls = [call('late', 'created', 5000), call('early', 'created', 1000), call('early', 'created', 9000), call('late', 'created', 9000)];
		expect(lostEnqueues({ calls, leases: [], cuts: [cut(4000, 6000)] })).toMatchObject([
			{ key: 'late', acknowledgedAt: 5000, excused: true }, { key: 'early', acknowledgedAt: 1000, excused: false },
		]);
	});

	it('is excused when it was carried out before the cut and acknowledged after it', () => {
		const calls = [call('a', 'created', 7000), call('a', 'created', 9000)];
		const leases = [{ jobId: 'pj_a', at: 5500, by: 'enqueue', fence: '', until: 0, before: null }];
		expect(lostEnqueues({ calls, leases, cuts: [cut(4000, 6000)] })).toMatchObject([{ writtenAt: 5500, excused: true }]);
		expect(lostEnqueues({ calls, leases: [], cuts: [cut(4000, 6000)] })).toMatchObject([{ excused: false }]);
	});

	it('is never excused under appendfsync always', () => {
		const calls = [call('a', 'created', 1000), call('a', 'created', 9000)];
		expect(lostEnqueues({ calls, leases: [], cuts: [cut(900, 1100, 'always')] })).toMatchObject([{ excused: false }]);
	});
});

it('a history without what Redis forgot has no permits from before a cut and one creation a key', () => {
	const permits = [1000, 2000, 4000].map((at) => ({ jobId: 'pj_a', at, sendBy: at + 300 }));
	const calls = [call('a', 'created', 1900), call('b', 'existing', 1950), call('a', 'created', 4000)];
	const left = withoutForgotten({ permits, calls } as unknown as History, { cuts: [cut(1800, 2500)], calls, leases: [] });
	expect(left.permits.map(({ at }) => at)).toEqual([1000, 4000]);
	expect(left.calls).toEqual([calls[1], calls[2]]);
});

describe('the time of the scripts', () => {
	const steps: ClockStep[] = [{ at: 0, offsetMs: 0, seen: 0 }, { at: 1000, offsetMs: 3000, seen: 999 }, { at: 2000, offsetMs: 0, seen: 4990 }];

	it('jumps with the clock, and stands until the clock has caught up', () => {
		expect([500, 1000, 1500, 2000, 4000, 5000].map((at) => scriptTime(steps, at))).toEqual([500, 4000, 4500, 4990, 4990, 5000]);
	});

	it('counts least ahead what came in the millisecond of a step', () => {
		const steps: ClockStep[] = [{ at: 1000, offsetMs: 200, seen: 0 }, { at: 2000, offsetMs: 3000, seen: 2100 }];
		expect([999, 1000, 1001, 1999, 2000, 2001].map((at) => aheadAt(steps, at))).toEqual([0, 0, 200, 200, 200, 3000]);
	});

	it('dates what happened, and leaves out what happened while it stood', () => {
		const permits = [500, 1500, 3000, 6000].map((at) => ({ jobId: 'pj_a', at, sendBy: at + 300 }));
		const history = { permits, posts: [], limited: [] } as unknown as History;
		expect(inScriptTime(history, steps).permits.map(({ at }) => at)).toEqual([500, 4500, 6000]);
	});
});
