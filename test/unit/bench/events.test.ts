import { judge, type ToldExecution } from '../../bench/events/judge';

const told = (id: number, eventId: string, more: Partial<ToldExecution> = {}): ToldExecution => {
	const [job, seq] = eventId.split('-') as [string, string];
	return { id, status: 'success', startedAt: id * 1000, eventId, job, seq: Number(seq), isPutOut: true, ...more };
};
const events = ['a-1', 'a-2', 'b-1'];

it('finds nothing wrong where each event has its execution, in any order of jobs', () => {
	expect(judge(events, [told(3, 'a-2'), told(1, 'b-1'), told(2, 'a-1')], [])).toEqual({
		events: 3, executions: 3, missed: 0, withoutOutput: 0, unknown: 0, repeats: 0, cutOff: 0, mistaken: 0, outOfOrder: 0,
	});
});

it.each<[what: string, executions: ToldExecution[], found: object]>([
	['an event without an execution', [told(1, 'a-1'), told(2, 'a-2')], { missed: 1, withoutOutput: 1 }],
	['an execution of no event', [...events, 'c-1'].map((event, n) => told(n, event)), { unknown: 1, missed: 0 }],
	['a second execution', [...events, 'a-1'].map((event, n) => told(n, event)), { repeats: 1, outOfOrder: 0 }],
	['a job told out of order', [told(1, 'a-2'), told(2, 'a-1'), told(3, 'b-1')], { outOfOrder: 1 }],
	['an execution that a kill cut off', [told(1, 'a-1', { status: 'crashed', isPutOut: false }), told(9, 'a-1'), told(10, 'a-2'), told(11, 'b-1')], { cutOff: 1, repeats: 1, withoutOutput: 0, mistaken: 0 }],
	['one that never began', [told(1, 'a-1', { status: 'new', startedAt: null, isPutOut: false }), told(10, 'a-2'), told(11, 'b-1')], { cutOff: 1, withoutOutput: 1, missed: 0 }],
	['one that n8n took for such a one when it started', [told(6, 'a-1', { status: 'crashed', isPutOut: false }), told(10, 'a-2'), told(11, 'b-1')], { cutOff: 0, mistaken: 1, withoutOutput: 0 }],
])('counts %s', (_what, executions, found) => {
	expect(judge(events, executions, [5000])).toMatchObject(found);
});
