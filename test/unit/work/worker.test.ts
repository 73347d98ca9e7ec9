import type { FitAccount } from '../../../src/work/contract';
import { Worker } from '../../../src/work/worker';

const DAY_MS = 24 * 3600 * 1000, IDLE_MS = 5000;

const account: FitAccount = {
	account: 'acme', client: null, pace: { writesPerMinute: 100, burst: 1, writesPerDay: null, concurrent: 1 },
	token: { current: () => Promise.reject(new Error('not asked')), refresh: () => Promise.reject(new Error('not asked')) },
	isFit: () => Promise.resolve(true), trusts: () => Promise.resolve(true),
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

it('works with what is registered when the slot is granted, not with what was when it was asked for', async () => {
	const used: FitAccount[] = [];
	let grant = () => undefined as void;
	const asked = new Promise<void>((resolve) => {
		grant = resolve;
	});
	const worker = new Worker({
		nextDue: (_accounts, lane) => Promise.resolve(new Map(lane === 'publish' && used.length === 0 ? [['acme', 0]] : [])),
		slot: async (_lane, _account, run) => {
			await asked;
			await run();
		},
		use: (_lane, granted) => {
			used.push(granted);
			return Promise.resolve({ jobs: 1, nextAt: null });
		},
		world: { now: () => 1, monotonic: () => 1, random: () => 0 }, idleMs: IDLE_MS, log: () => undefined,
	});
	worker.serve(account);
	const done = worker.runOnce();
	await new Promise((resolve) => setImmediate(resolve));
	const reconnected = { ...account };
	worker.serve(reconnected);
	grant();
	await done;
	expect(used).toHaveLength(1);
	expect(used[0]).toBe(reconnected);
});
