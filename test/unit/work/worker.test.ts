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

it('does not ask again at once where no slot is to be had', async () => {
	let asked = 0;
	const worker = new Worker({
		nextDue: (_accounts, lane) => Promise.resolve(new Map(lane === 'publish' ? [['acme', 0]] : [])),
		slot: () => Promise.resolve(void asked++),
		use: () => Promise.reject(new Error('no slot was granted')),
		world: { now: () => performance.now(), monotonic: () => performance.now(), random: () => 0 }, idleMs: IDLE_MS, log: () => undefined,
	});
	worker.serve(account);
	worker.start();
	await new Promise((resolve) => setTimeout(resolve, 600));
	await worker.stop();
	expect(asked).toBeGreaterThan(1);
	expect(asked).toBeLessThanOrEqual(4);
});

it('begins with the first of many accounts that are due at once before it has asked for the last', async () => {
	const names = Array.from({ length: 300 }, (_, n) => `account-${n}`);
	let asked = 0, askedAtFirst = 0;
	const worker = new Worker({
		nextDue: (accounts, lane) => Promise.resolve(new Map(lane === 'publish' && asked === 0 ? accounts.map((name) => [name, 0]) : [])),
		slot: async (_lane, _account, run) => {
			asked++;
			await new Promise((resolve) => setImmediate(resolve));
			await run();
		},
		use: () => {
			askedAtFirst ||= asked;
			return Promise.resolve({ jobs: 1, nextAt: null });
		},
		world: { now: () => 1, monotonic: () => 1, random: () => 0 }, idleMs: IDLE_MS, log: () => undefined,
	});
	for (const name of names) worker.serve({ ...account, account: name });
	await worker.runOnce();
	expect(asked).toBe(300);
	expect(askedAtFirst).toBeLessThanOrEqual(100);
});

describe('a worker of 1,200 accounts', () => {
	const labels = Array.from({ length: 1200 }, (_, i) => `account-${i}`);
	let now: number, questions: string[][], due: Map<string, number>, used: string[], worker: Worker;

	beforeEach(() => {
		[now, questions, due, used] = [1_000_000, [], new Map(), []];
		worker = new Worker({
			nextDue: (accounts, lane) => {
				if (lane === 'publish') questions.push(accounts);
				return Promise.resolve(new Map(lane === 'publish' ? accounts.flatMap((label) => (due.has(label) ? [[label, due.get(label)!]] : [])) : []));
			},
			slot: async (_lane, _account, run) => void await run(),
			use: (_lane, { account: label }) => {
				used.push(label);
				due.delete(label);
				return Promise.resolve({ jobs: 1, nextAt: null });
			},
			world: { now: () => now, monotonic: () => now, random: () => 0 }, idleMs: IDLE_MS, log: () => undefined,
		});
		for (const label of labels) worker.serve({ ...account, account: label });
	});

	it('asks about all of them at first, 500 at a time, and then of those it was told of', async () => {
		await worker.runOnce();
		expect(questions.map(({ length }) => length)).toEqual([500, 500, 200]);
		questions.length = 0;
		due.set('account-7', now);
		worker.wake('account-7');
		await worker.runOnce();
		await worker.runOnce();
		expect(used).toEqual(['account-7']);
		// When it was told, and when the slot had ended.
		expect(questions).toEqual([['account-7'], ['account-7']]);
	});

	it('remembers when a job is due, and starts it then without being told', async () => {
		due.set('account-9', now + 60_000);
		await worker.runOnce();
		for (now += 1000; used.length === 0; now += 1000) await worker.runOnce();
		expect([used, now]).toEqual([['account-9'], 1_061_000]);
	});

	it('finds within its idle time what no signal told of, 500 accounts at a time', async () => {
		await worker.runOnce();
		questions.length = 0;
		due.set('account-1100', now);
		for (let ms = 0; ms <= IDLE_MS; ms += 100, now += 100) await worker.runOnce();
		expect(used).toEqual(['account-1100']);
		expect(Math.max(...questions.map(({ length }) => length))).toBeLessThanOrEqual(500);
	});

	it('asks again for what could not be asked', async () => {
		due.set('account-3', now);
		const failing = jest.spyOn(due, 'has').mockImplementationOnce(() => { throw new Error('Redis is away.'); });
		await expect(worker.runOnce()).rejects.toThrow('away');
		failing.mockRestore();
		await worker.runOnce();
		expect(used).toEqual(['account-3']);
	});
});

it('stands once in the line of an account, and asks for the next slot when its claim shows that another job is due', async () => {
	let asked = 0, left = 2, claims = 0;
	const grants: (() => void)[] = [];
	const worker = new Worker({
		nextDue: (_accounts, lane) => Promise.resolve(new Map(lane === 'publish' && left > 0 ? [['acme', 0]] : [])),
		slot: async (_lane, _account, run) => {
			asked++;
			await new Promise<void>((resolve) => grants.push(resolve));
			await run();
		},
		use: async (_lane, _account, claimed) => {
			claims++;
			claimed(--left > 0 ? 0 : null);
			await new Promise((resolve) => setTimeout(resolve, 20));
			return { jobs: 1, nextAt: left > 0 ? 0 : null };
		},
		world: { now: () => 1, monotonic: () => 1, random: () => 0 }, idleMs: IDLE_MS, log: () => undefined,
	});
	worker.serve({ ...account, pace: { ...account.pace, concurrent: 2 } });
	const done = worker.runOnce();
	await new Promise((resolve) => setImmediate(resolve));
	worker.wake('acme');
	const again = worker.runOnce();
	await new Promise((resolve) => setImmediate(resolve));
	expect(asked).toBe(1);
	grants.shift()!();
	await new Promise((resolve) => setImmediate(resolve));
	expect([asked, claims]).toEqual([2, 1]);
	grants.shift()!();
	await Promise.all([done, again]);
	expect([asked, claims]).toEqual([2, 2]);
});
