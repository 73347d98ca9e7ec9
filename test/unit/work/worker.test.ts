import type { ServedAccount } from '../../../src/work/contract';
import { Worker } from '../../../src/work/worker';

const DAY_MS = 24 * 3600 * 1000, IDLE_MS = 5000;

const account: ServedAccount = {
	account: 'acme', client: null, pace: { writesPerMinute: 100, burst: 1, writesPerDay: null, concurrent: 1 },
	token: { current: () => Promise.reject(new Error('not asked')), refresh: () => Promise.reject(new Error('not asked')) },
};

it('looks again by itself when a job became due while it was told of none before tomorrow', async () => {
	let now = 1_000_000, claims = 0;
	const worker = new Worker({
		nextDue: (_accounts, lane) => Promise.resolve(new Map(lane === 'publish' ? [['acme', now]] : [])),
		slot: async (_lane, _account, run) => void await run(),
		// The signal of the new job came before this answer, which knows nothing of it.
		use: () => Promise.resolve({ jobs: claims++, nextAt: now + DAY_MS }),
		world: { now: () => now, monotonic: () => now, random: () => 0 }, idleMs: IDLE_MS, log: () => undefined,
	});
	worker.serve(account);
	await worker.runOnce();
	await worker.runOnce();
	expect(claims).toBe(1);
	now += IDLE_MS;
	await worker.runOnce();
	expect(claims).toBe(2);
});
