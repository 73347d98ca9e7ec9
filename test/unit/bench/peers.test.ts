import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionWithData } from '../../../scripts/lib/n8n.mjs';
import { recommended } from '../../bench/peers/bullmq-settings';
import { publishedIn, publishingWorkflow } from '../../bench/peers/n8n-workflow';
import { outcomeOf } from '../../bench/peers/post-pin.mjs';
import { fewerKills, harass, SendTap, type Victim } from '../../bench/peers/trouble';
import type { Mishap } from '../../bench/faults/contender';

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

describe('the workflow of n8n', () => {
	it('has published the rows that it noted a Pin for, and not those of a run that failed or was cut off', () => {
		const noted = (key: string, pinId: string) => ({ data: { main: [[{ json: { key, pinId, error: pinId ? '' : 'socket hang up' } }]] } });
		const runs = [noted('a', '7'), { data: undefined }, noted('b', ''), noted('c', '8')];
		expect(publishedIn({ data: { resultData: { runData: { 'Note Result': runs } } } } as unknown as ExecutionWithData)).toEqual(['a', 'c']);
	});

	it('has published nothing in an execution without data', () => {
		expect(publishedIn({ data: null } as unknown as ExecutionWithData)).toEqual([]);
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
