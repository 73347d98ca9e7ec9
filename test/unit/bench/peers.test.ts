import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionWithData } from '../../../scripts/lib/n8n.mjs';
import { recommended } from '../../bench/peers/bullmq-settings';
import { endingsOfRows, jobMayExist, leftToHuman, type RowResult } from '../../bench/peers/endings';
import { publishingWorkflow, resultsOf } from '../../bench/peers/n8n-workflow';
import { outcomeOf } from '../../bench/peers/post-pin.mjs';
import { fewerKills, harass, SendTap, type Victim } from '../../bench/peers/trouble';
import type { Mishap } from '../../bench/faults/contender';

const row = (key: string, changes: Partial<RowResult> = {}): RowResult => ({ key, pinId: null, error: null, status: null, ...changes });
const mishap = (changes: Partial<Mishap> = {}): Mishap => ({ atMs: 0, what: 'kill', worker: 0, aimed: false, forMs: 0, ...changes });

describe('what one answer of Pinterest tells a peer', () => {
	it.each([
		[201, '{"id":"1"}', 'published'],
		[201, '{"id"', 'unknown'],
		[201, '{}', 'unknown'],
		[200, 'ok', 'unknown'],
		[400, '{}', 'refused'],
		[404, '{}', 'refused'],
		[408, '', 'unknown'],
		[409, '{}', 'not created'],
		[429, '{}', 'not created'],
		[500, '{}', 'unknown'],
	])('takes %i with %s as %s', (status, text, kind) => {
		expect(outcomeOf(status, text, 0).kind).toBe(kind);
	});

	it('hands on how long a rate limit asks to wait, and nothing else', () => {
		expect(outcomeOf(429, '', 5000).waitMs).toBe(5000);
		expect(outcomeOf(500, '', 5000).waitMs).toBe(0);
	});
});

describe('what is left to a human', () => {
	it('is what failed in doubt and what nothing is known of', () => {
		const plan = ['a', 'b', 'c', 'd'].map((key) => ({ key }));
		expect(leftToHuman(plan, [
			{ key: 'a', state: 'published', mayExist: false }, { key: 'b', state: 'failed', mayExist: false }, { key: 'c', state: 'failed', mayExist: true },
		])).toBe(2);
	});

	it('is no row of n8n that has a Pin in any run, whatever its last error was', () => {
		expect(endingsOfRows([row('a', { pinId: '1' }), row('a', { error: 'aborted' })])).toEqual([{ key: 'a', state: 'published', mayExist: false }]);
	});

	it.each([[null, true], [500, true], [429, true], [408, true], [404, false], [400, false]])('takes a row whose last error is %s as one that may exist: %s', (status, mayExist) => {
		expect(endingsOfRows([row('a', { error: 'e', status: 500 }), row('a', { error: 'e', status })])).toEqual([{ key: 'a', state: 'failed', mayExist }]);
	});

	it.each([
		['was refused for its content', { failedReason: 'refused: HTTP 404', stacktrace: ['Error: unknown: HTTP 500'] }, false],
		['was never created', { failedReason: 'not created: HTTP 429', stacktrace: ['Error: not created: HTTP 429'] }, false],
		['was once in doubt', { failedReason: 'not created: HTTP 429', stacktrace: ['Error: unknown: HTTP 500'] }, true],
		['lost its worker', { failedReason: 'not created: HTTP 429', stacktrace: [], stalledCounter: 1 }, true],
		['lost too many workers', { failedReason: 'job stalled more than allowable limit' }, true],
	])('counts a job of BullMQ that %s as one that may exist: so it is', (_, job, expected) => {
		expect(jobMayExist(job)).toBe(expected);
	});
});

describe('the workflow of n8n', () => {
	it('notes nothing for a run that was cut off', () => {
		const runs = [{ data: { main: [[{ json: { key: 'a', pinId: '7', error: '', status: '' } }]] } }, { data: undefined }, { data: { main: [[{ json: { key: 'b', pinId: '', error: 'x', status: '500' } }]] } }];
		const execution = { data: { resultData: { runData: { 'Note Result': runs } } } } as unknown as ExecutionWithData;
		expect(resultsOf(execution)).toEqual([row('a', { pinId: '7' }), row('b', { error: 'x', status: 500 })]);
	});

	it('has nothing to say of an execution without data', () => {
		expect(resultsOf({ data: null } as unknown as ExecutionWithData)).toEqual([]);
	});

	it('tries each row as often as it is told and goes on after the last', () => {
		const { nodes } = publishingWorkflow({ url: 'http://127.0.0.1/v5', tries: 5, waitMs: 83 });
		expect(nodes).toContainEqual(expect.objectContaining({ retryOnFail: true, maxTries: 5, waitBetweenTries: 83, onError: 'continueRegularOutput' }));
	});
});

it('leaves the times of BullMQ at its defaults when time is not sped up', () => {
	expect(recommended(1).worker).toMatchObject({ lockDuration: 30_000, stalledInterval: 30_000, runRetryDelay: 15_000, drainDelay: 5, maxStalledCount: 1 });
	expect([1, 5, 30].map(recommended(1).reconnect.strategy)).toEqual([1000, 1000, 20_000]);
});

describe('the mishaps', () => {
	const stage = { nowMs: 0, round: { troubleMs: 100 }, until: () => Promise.resolve() } as unknown as Parameters<typeof harass>[2];
	const aVictim = (log: string[], done = false): Victim => ({
		tap: new SendTap(), signal: (signal) => void log.push(signal), restart: () => Promise.resolve(void log.push('restart')), isDone: () => done,
	});

	it('start a killed victim again and thaw a frozen one, each at its own', async () => {
		const first: string[] = [], second: string[] = [];
		const happened = await harass([aVictim(first), aVictim(second)], [mishap({ worker: 4 }), mishap({ worker: 7, what: 'freeze' })], stage);
		expect({ first, second, happened }).toEqual({ first: ['SIGKILL', 'restart'], second: ['SIGSTOP', 'SIGCONT'], happened: { kill: 1, freeze: 1 } });
	});

	it('spare a victim that has done its work, and everybody when the trouble is over', async () => {
		const log: string[] = [];
		await harass([aVictim(log, true)], [mishap()], stage);
		await harass([aVictim(log)], [mishap()], { ...stage, nowMs: 101 } as typeof stage);
		expect(log).toEqual([]);
	});

	it('strike an aimed one when a request to create a Pin is on its way, and only then', async () => {
		const log: string[] = [];
		const victim = aVictim(log);
		const struck = harass([victim], [mishap({ aimed: true, what: 'freeze' })], stage);
		await Promise.resolve();
		victim.tap.toServer(Buffer.from('GET /v5/boards HTTP/1.1'));
		await sleep(20);
		const before = [...log];
		victim.tap.toServer(Buffer.from('POST /v5/pins HTTP/1.1'));
		await struck;
		expect({ before, log }).toEqual({ before: [], log: ['SIGSTOP', 'SIGCONT'] });
	});

	it('are all freezes and a spread of the kills for who takes long to start', () => {
		const all = Array.from({ length: 10 }, (_, n) => mishap({ atMs: n, what: n === 3 ? 'freeze' : 'kill' }));
		expect(fewerKills(all, 2).map(({ atMs }) => atMs)).toEqual([2, 3, 7]);
		expect(fewerKills(all, 99)).toHaveLength(10);
	});
});
