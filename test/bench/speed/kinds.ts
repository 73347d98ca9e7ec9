import { Cluster, Redis } from 'ioredis';
import type { RedisSettings } from '../../../src';
import { prefixOf } from '../../../src/store/keys';
import { serverOf } from '../../../src/store/connection';
import { CERTIFICATE } from '../../support/certificate';
import { startRedis } from '../../support/redis';
import { clusterOf, replicaOf, sentinelsOf, tlsServer } from '../../support/topologies';
import { NAMESPACE } from './engine';
import { BOARDS, FIRST, REST_MS, lap, wholeLife, type Lap } from './lifecycle';
import { say, type Part } from './part';
import { shown } from './spread';

/** A Redis that is up. */
interface Up {
	settings: RedisSettings;
	/** Where the server listens that has the keys. */
	port: number;
	stop(): Promise<unknown>;
}

const KINDS: { what: string; up(): Promise<Up> }[] = [
	{ what: 'one server, `everysec`', up: () => single('everysec') },
	{ what: 'one server, `always`', up: () => single('always') },
	{ what: 'one server over TLS, `everysec`', up: overTls },
	{ what: 'behind three Sentinels with a replica, `everysec`', up: behindSentinels },
	{ what: 'a Cluster of three, `everysec`', up: inCluster },
];

interface Kinds {
	jobs: number;
	accounts: number;
	laps: { what: string; laps: Lap[] }[];
}

/** The same rounds on every kind of Redis. */
export const kinds: Part<Kinds> = {
	name: 'kinds', title: 'On every kind of Redis',

	async measure({ short, jobs = short ? 200 : 10_000 }) {
		const { rounds, accounts } = short ? { rounds: 1, accounts: 10 } : { rounds: 5, accounts: 200 }, chosen = short ? KINDS.slice(-1) : KINDS;
		const laps = chosen.map(({ what }): Kinds['laps'][number] => ({ what, laps: [] }));
		for (let round = 0; round < rounds; round++) {
			for (const [i, { what, up }] of chosen.entries()) {
				laps[i]!.laps.push(await lapOn(await up(), { jobs, accounts }));
				say(`  round ${round + 1}, ${what}: ${Math.round(laps[i]!.laps.at(-1)!.work.perSecond).toLocaleString('en-US')} jobs a second from claim to settle`);
			}
		}
		return { jobs, accounts, laps };
	},

	figures: () => [],

	table: ({ jobs, accounts, laps }) => [
		`The engine alone, ${laps[0]!.laps.length} rounds of ${jobs.toLocaleString('en-US')} jobs over ${accounts} accounts in one namespace, all servers on the one machine; median (least–most).\n`,
		'| Redis | enqueue, a second | claim to settle, a second | Redis CPU, µs a job | Node CPU, µs a job |', '| --- | --: | --: | --: | --: |',
		...laps.map(({ what, laps: seen }) => {
			const of = (read: (one: Lap) => number) => shown(seen.map(read));
			return `| ${what} | ${of(({ enqueue }) => enqueue.perSecond)} | ${of(({ work }) => work.perSecond)} | ${of(wholeLife('redisUs'))} | ${of(wholeLife('nodeUs'))} |`;
		}),
	].join('\n'),
};

async function lapOn({ settings, port, stop }: Up, { jobs, accounts }: { jobs: number; accounts: number }): Promise<Lap> {
	const redis = new Redis(port, '127.0.0.1'), { way, concurrency } = FIRST.engine;
	try {
		return await lap(redis, { contender: 'engine', redisUrl: `redis://127.0.0.1:${port}`, redis: settings, accounts, boards: BOARDS, concurrency }, way, jobs, REST_MS);
	} finally {
		redis.disconnect();
		await stop();
	}
}

async function single(appendfsync: 'everysec' | 'always'): Promise<Up> {
	const server = await startRedis({ appendfsync });
	return { settings: { url: server.url }, port: server.port, stop: () => server.stop() };
}

async function overTls(): Promise<Up> {
	const { server, port, stop } = await tlsServer('everysec');
	return { settings: { url: `rediss://127.0.0.1:${port}`, tlsCa: CERTIFICATE }, port: server.port, stop };
}

async function behindSentinels(): Promise<Up> {
	const primary = await startRedis({ appendfsync: 'everysec' }), replica = await replicaOf(primary, 'everysec');
	const sentinels = await sentinelsOf(primary.port, { downAfterMs: 30_000 });
	return {
		settings: sentinels.settings, port: primary.port,
		stop: async () => {
			await sentinels.stop();
			await Promise.all([primary, replica].map((server) => server.stop()));
		},
	};
}

async function inCluster(): Promise<Up> {
	const { servers, settings, stop } = await clusterOf(3, 'everysec');
	const cluster = new Cluster(servers.map(({ port }) => ({ host: '127.0.0.1', port })));
	const { options: { port } } = await serverOf(cluster, prefixOf(NAMESPACE)) as Redis;
	cluster.disconnect();
	return { settings, port: port!, stop };
}
