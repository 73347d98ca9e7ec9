import { RateLedger } from '../../../src/sandbox/rate-ledger';

const call = (kind: 'read' | 'write' = 'write', board: string | null = 'b') => ({ account: 'shop', app: 'app', kind, board });

it('finds the fullest minute wherever it begins', () => {
	const ledger = new RateLedger(1);
	for (const at of [0, 50_000, 59_000, 61_000, 70_000, 200_000]) ledger.arrive(at, call()).end();
	expect(ledger.summary().accounts.shop).toMatchObject({ writes: 6, maxWritesPerMinute: 4, maxReadsPerMinute: 0, peakCallsPerSecond: 1, maxInFlight: 1 });
	expect(ledger.summary().apps.app).toEqual({ maxWritesPerDay: 6, maxCallsPerDay: 6 });
});

it('keeps its figures over more calls than it remembers', () => {
	const ledger = new RateLedger(1);
	for (let n = 0; n < 10_000; n += 1) ledger.arrive(n * 100, call('read', null)).end();
	expect(ledger.summary().accounts.shop).toMatchObject({ calls: 10_000, writes: 0, maxReadsPerMinute: 600, peakCallsPerSecond: 10 });
	expect(ledger.summary().boards).toEqual({});
});

it('measures gaps and overlaps of the writes to a board', () => {
	const ledger = new RateLedger(1);
	const first = ledger.arrive(0, call());
	const second = ledger.arrive(500, call());
	first.end();
	ledger.arrive(4000, call());
	second.end();
	ledger.arrive(4200, call('read')).end();
	expect(ledger.summary().boards.b).toEqual({ writes: 3, minGapMs: 500, maxInFlight: 2 });
});

it('counts the calls of the same kind before the reset that was told', () => {
	const ledger = new RateLedger(1);
	ledger.arrive(0, call()).limited(1000);
	for (const at of [999, 1000]) ledger.arrive(at, call()).end();
	ledger.arrive(500, call('read')).end();
	expect(ledger.summary().accounts.shop).toMatchObject({ status429: 1, calledBeforeReset: 1 });
});

it('takes a minute for as short as time is fast', () => {
	const ledger = new RateLedger(60);
	for (const at of [0, 999, 1000]) ledger.arrive(at, call()).end();
	expect(ledger.summary().accounts.shop).toMatchObject({ maxWritesPerMinute: 2 });
});
