import { settingsOf } from '../../src/config';

const settings = (timeFactor: number) => settingsOf({ redis: { host: '127.0.0.1' }, namespace: 'test', timeFactor });

it.each([0.5, 0, -1, NaN, 1001, Infinity])('refuses the time factor %p, and says which would do', (timeFactor) => {
	expect(() => settings(timeFactor)).toThrow(expect.objectContaining({ code: 'invalid_config', hint: expect.stringContaining('60') as string }) as Error);
});

it.each([1, 20, 60, 200, 600, 1000])('keeps leases longer than heartbeats at the time factor %p', (timeFactor) => {
	const { policy: { leaseMs, heartbeatMs, sendBudgetMs } } = settings(timeFactor);
	expect(heartbeatMs).toBeGreaterThanOrEqual(100);
	expect(leaseMs).toBeGreaterThanOrEqual(3 * heartbeatMs);
	expect(sendBudgetMs).toBeLessThan(leaseMs);
});

it('divides the times of a lease by the time factor while they bear it', () => {
	expect(settings(1).policy).toMatchObject({ leaseMs: 60_000, heartbeatMs: 20_000 });
	expect(settings(60).policy).toMatchObject({ leaseMs: 1000, heartbeatMs: 333 });
});
