import { engineConfigOf } from '../../../nodes/shared/credential';
import { testResult } from '../../../nodes/shared/credential-test';
import { baseUrlOf } from '../../../nodes/shared/environment';

const common = { namespace: 'pinterest', signingSecret: 's'.repeat(24) };

it.each([
	['host and port', { connection: 'standalone', host: 'redis', port: 6380, database: 2, username: 'jobs', password: 'p', url: 'redis://left-over', nodes: 'left:1' },
		{ mode: 'standalone', host: 'redis', port: 6380, db: 2, username: 'jobs', password: 'p' }],
	['a URL', { connection: 'url', url: ' rediss://u:p@redis:6380/1 ', host: 'left-over', port: 1 }, { url: 'rediss://u:p@redis:6380/1' }],
	['Sentinel', { connection: 'sentinel', nodes: 'a:26379, b:26379\nc:26379', sentinelName: 'mymaster', sentinelPassword: 'sp', password: 'p' },
		{ mode: 'sentinel', nodes: ['a:26379', 'b:26379', 'c:26379'], sentinelName: 'mymaster', sentinelPassword: 'sp', db: 0, username: undefined, password: 'p' }],
	['a Cluster with TLS', { connection: 'cluster', nodes: 'a:7000 b:7000', tls: true, tlsVerify: false, tlsCa: 'PEM', database: 3 },
		{ mode: 'cluster', nodes: ['a:7000', 'b:7000'], username: undefined, password: undefined, tls: true, tlsRejectUnauthorized: false, tlsCa: 'PEM' }],
])('reads %s, whatever other connections left behind', (_what, fields, redis) => {
	expect(engineConfigOf({ ...common, ...fields }).redis).toEqual(redis);
});

it('takes advanced settings only while they are shown', () => {
	const advanced = { timeFactor: 60, mediaCapMb: 64, appWritesPerMinute: 0, appWritesPerDay: 250 };
	expect(engineConfigOf({ ...common, connection: 'url', advanced: false, ...advanced })).not.toHaveProperty('timeFactor');
	expect(engineConfigOf({ ...common, connection: 'url', advanced: true, ...advanced })).toMatchObject({
		timeFactor: 60, mediaCapBytes: 64 * 1024 * 1024, appPace: { writesPerDay: 250 },
	});
});

it('has no limit over the app unless one is given', () => {
	expect(engineConfigOf({ ...common, connection: 'url', advanced: true, appWritesPerMinute: 0, appWritesPerDay: 0 })).not.toHaveProperty('appPace');
});

it('tests green only when Redis keeps what it is given and events can be signed', () => {
	const finding = { level: 'error', code: 'redis_evicts', subject: null, message: 'Redis may evict jobs.', hint: 'Set noeviction.' } as const;
	expect(testResult([], true).status).toBe('OK');
	expect(testResult([{ ...finding, level: 'warning' }], true).status).toBe('OK');
	expect(testResult([finding], true)).toEqual({ status: 'Error', message: 'Connected, but: Redis may evict jobs. Set noeviction.' });
	expect(testResult([], false)).toMatchObject({ status: 'Error', message: expect.stringContaining('signing secret') as string });
});

it.each([
	[{ environment: 'production', baseUrl: 'http://left-over' }, 'https://api.pinterest.com/v5'],
	[{ environment: 'sandbox' }, 'https://api-sandbox.pinterest.com/v5'],
	[{ environment: 'local', baseUrl: 'http://127.0.0.1:4010/v5/' }, 'http://127.0.0.1:4010/v5'],
])('finds the API of %p', (credential, url) => {
	expect(baseUrlOf(credential)).toBe(url);
});

it('spreads jobs due together as the credential says, in its own time, and says nothing of the usual spread', () => {
	const policyOf = (fields: object) => engineConfigOf({ ...common, connection: 'url', advanced: true, ...fields }).policy;
	expect(policyOf({ spreadSeconds: 0 })).toEqual({ spreadMs: 0 });
	expect(policyOf({ spreadSeconds: 600, timeFactor: 60 })).toEqual({ spreadMs: 10_000 });
	expect(policyOf({ spreadSeconds: 180 })).toBeUndefined();
	expect(policyOf({})).toBeUndefined();
});
