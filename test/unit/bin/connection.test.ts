import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectionConfig } from '../../../src/bin/connection';

const redisOf = (values: Parameters<typeof connectionConfig>[0], env: NodeJS.ProcessEnv = {}) => JSON.parse(JSON.stringify(connectionConfig(values, env).redis)) as Record<string, unknown>;

it.each([
	['one host', { redis: 'redis://127.0.0.1:6379' }, {}, { url: 'redis://127.0.0.1:6379' }],
	['the environment', {}, { REDIS_URL: 'rediss://a:b@redis.internal/3' }, { url: 'rediss://a:b@redis.internal/3' }],
	['an option before the environment', { redis: 'redis://one:1' }, { REDIS_URL: 'redis://two:2' }, { url: 'redis://one:1' }],
	['a password with signs', { redis: 'redis://engine:p%40%2Css@one:1' }, {}, { url: 'redis://engine:p%40%2Css@one:1' }],
	['a node of a Cluster', { redis: 'redis://one:7000', cluster: true }, {}, { url: 'redis://one:7000', mode: 'cluster', nodes: ['one:7000'] }],
	['nodes of a Cluster', { redis: 'rediss://u:s@one:7000,two:7001, three:7002' }, { REDIS_CLUSTER: 'true' }, { url: 'rediss://u:s@one:7000', mode: 'cluster', nodes: ['one:7000', 'two:7001', 'three:7002'] }],
	['Sentinels', { redis: 'redis://:secret@one:26379,two/2', sentinel: 'pins' }, { REDIS_SENTINEL_PASSWORD: 'other' }, { url: 'redis://:secret@one:26379/2', mode: 'sentinel', nodes: ['one:26379', 'two'], sentinelName: 'pins', sentinelPassword: 'other' }],
	['an option before what the environment says of the kind', { redis: 'redis://one', sentinel: 'pins' }, { REDIS_CLUSTER: '1' }, { url: 'redis://one', mode: 'sentinel', nodes: ['one'], sentinelName: 'pins' }],
	['addresses of IPv6', { redis: 'redis://[::1]:7000,[fd00::1]', cluster: true }, {}, { url: 'redis://[::1]:7000', mode: 'cluster', nodes: ['[::1]:7000', '[fd00::1]'] }],
	['Sentinels of the environment', {}, { REDIS_URL: 'redis://one', REDIS_SENTINEL: 'pins' }, { url: 'redis://one', mode: 'sentinel', nodes: ['one'], sentinelName: 'pins' }],
])('reads %s', (_, values, env, redis) => {
	expect(redisOf(values, env)).toEqual(redis);
});

it('reads the certificate of an own authority', () => {
	const folder = mkdtempSync(join(tmpdir(), 'pinterest-jobs-ca-'));
	try {
		const file = join(folder, 'ca.pem');
		writeFileSync(file, 'PEM');
		for (const [values, env] of [[{ 'redis-ca': file }, {}], [{}, { REDIS_CA_FILE: file }]] as const) {
			expect(redisOf({ redis: 'rediss://one', ...values }, env)).toEqual({ url: 'rediss://one', tlsCa: 'PEM' });
		}
	} finally {
		rmSync(folder, { recursive: true });
	}
});

it.each([
	['nothing', {}, 'No Redis is named.'],
	['two ways at once', { redis: 'redis://one', cluster: true, sentinel: 'pins' }, 'cannot be a Cluster and behind Sentinels'],
	['several hosts of no kind', { redis: 'redis://one,two' }, 'not what they are'],
	['a URL without a scheme', { redis: '127.0.0.1:6379' }, 'not the URL of a Redis'],
	['another scheme', { redis: 'https://one' }, 'not the URL of a Redis'],
	['a URL without a host', { redis: 'redis://' }, 'not the URL of a Redis'],
	['a nameless primary', { redis: 'redis://one', sentinel: '' }, 'has no name'],
	['a password with a bare %', { redis: 'redis://u:100%@one' }, 'not the URL of a Redis'],
	['a certificate without TLS', { redis: 'redis://one', 'redis-ca': __filename }, 'the URL is one without TLS'],
	['a password with a bare @', { redis: 'redis://a:b#@one' }, 'not the URL of a Redis'],
	['a certificate that is not there', { redis: 'rediss://one', 'redis-ca': '/no/such.pem' }, '/no/such.pem cannot be read'],
])('refuses %s, and says what to give', (_, values, said) => {
	const refused = () => connectionConfig(values, {});
	expect(refused).toThrow(said);
	expect(refused).toThrow(expect.objectContaining({ code: 'invalid_config', hint: expect.stringMatching(/./) as string }));
});

it('refuses a word that says neither yes nor no', () => {
	expect(() => connectionConfig({ redis: 'redis://one' }, { REDIS_CLUSTER: 'maybe' })).toThrow('REDIS_CLUSTER is "maybe"');
});
