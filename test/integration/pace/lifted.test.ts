import { setTimeout as sleep } from 'node:timers/promises';
import type { PaceSettings } from '../../../src';
import type { Pacer } from '../../../src/pace/pacer';
import { testNamespace } from '../../support/redis';
import { aPacer, endAll, pace } from './a-pacer';

afterEach(endAll);

/** Uses up what the account may at once, and waits in line for one more; answers when that starts. */
async function inLine(pacer: Pacer, account: string, before: PaceSettings, used: number): Promise<{ at: number | null }> {
	pacer.limit(account, before);
	for (let n = 0; n < used; n++) await pacer.slot(account, () => Promise.resolve());
	const started: { at: number | null } = { at: null };
	void pacer.slot(account, () => Promise.resolve(started.at = performance.now()));
	await sleep(300);
	expect(started.at).toBeNull();
	return started;
}

async function startsWithin(ms: number, waiter: { at: number | null }): Promise<void> {
	const from = performance.now();
	while (waiter.at === null && performance.now() - from < ms) await sleep(5);
	expect(waiter.at).not.toBeNull();
}

const day = { writesPerDay: 5, burst: 5 };

it.each([
	['the cap of Pins a day is lifted', pace({ pinsPerDay: 1 }), pace(), 1],
	['the writes of a day are lifted', pace(day), pace(), 1],
	['all limits are taken away', pace({ writesPerMinute: 1, burst: 1 }), null, 1],
	['a limit a minute is raised', pace({ writesPerMinute: 1, burst: 1 }), pace({ writesPerMinute: 600, burst: 1 }), 1],
	['another limit takes the place of the one that is lifted', pace({ pinsPerDay: 1 }), pace(day), 1],
])('starts what waits as soon as %s', async (_when, before, after, used) => {
	const pacer = aPacer(testNamespace(), { timeFactor: 1 });
	const waiter = await inLine(pacer, 'acme', before, used);
	pacer.limit('acme', after);
	await startsWithin(1500, waiter);
});

it('lets nobody else go with it, and keeps to the limits that stay', async () => {
	const pacer = aPacer(testNamespace(), { timeFactor: 1 });
	const [lifted, other] = [await inLine(pacer, 'acme', pace(day), 1), await inLine(pacer, 'other', pace(day), 0)];
	pacer.limit('acme', pace({ writesPerMinute: 600, burst: 1 }));
	await startsWithin(1500, lifted);
	await sleep(300);
	expect(other.at).toBeNull();
});

it('follows a limit a day that is raised in the line of the lists, too', async () => {
	const pacer = aPacer(testNamespace(), { timeFactor: 1 }), over = new AbortController();
	const list = () => pacer.queuedRead('acme', () => Promise.resolve('list'), { purpose: 'list', signal: over.signal });
	pacer.limit('acme', pace({ writesPerDay: 5 }));
	await list();
	const waiting = list();
	await sleep(300);
	pacer.limit('acme', pace({ writesPerDay: 86_400 }));
	setTimeout(() => over.abort(), 5000);
	expect(await waiting).toBe('list');
}, 10_000);
