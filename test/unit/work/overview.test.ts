import { redisFindings } from '../../../src/work/overview';

const sound = { version: '7.2.4', aof: true, appendfsync: 'always', evictionPolicy: 'noeviction', quarantineUntil: null, clockAheadMs: 0 };

it('finds nothing to say of a Redis that keeps what it is told', () => {
	expect(redisFindings(sound)).toEqual([]);
	expect(redisFindings({ ...sound, clockAheadMs: 300 })).toEqual([]);
});

it.each([
	[{ evictionPolicy: 'allkeys-lru' }, { level: 'error', code: 'redis_evicts' }],
	[{ aof: false }, { level: 'error', code: 'redis_no_aof' }],
	[{ appendfsync: 'no' }, { level: 'warning', code: 'redis_fsync_no' }],
	[{ quarantineUntil: Date.UTC(2026, 10, 2) }, { level: 'warning', code: 'quarantine', message: expect.stringContaining('2026-11-02T00:00:00.000Z') as string }],
	[{ clockAheadMs: 40_000 }, { level: 'error', code: 'clock', message: expect.stringContaining('40 seconds ahead') as string }],
	[{ clockAheadMs: 3_600_000 }, { level: 'error', code: 'clock', hint: expect.stringContaining('in 60 minutes') as string }],
])('says what is wrong with %j and what to do', (changes, finding) => {
	const found = redisFindings({ ...sound, ...changes });
	expect(found).toMatchObject([finding]);
	expect(found[0]!.hint).not.toBe('');
});
