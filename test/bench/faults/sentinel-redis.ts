import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, waitUntil } from '../../../scripts/lib/ports.mjs';
import type { RedisSettings } from '../../../src';
import { FaultProxy, type Fate, type Link, type Tap } from '../../support/fault-proxy';
import { asked, startRedis, type RedisServer } from '../../support/redis';
import { sentinelOf } from '../../support/topologies';
import type { RedisCut } from './contender';
import type { CutRecord, Fsync, RedisHost } from './redis-host';

const NODES = 3;
/** As `sentinelOf` calls the primary. */
const NAME = 'pins';
/** Replicas are behind by this: so much is gone at a failover. */
const LAG_MS = 200;
/** What a client was told so long before a failover may be gone: what a replica lacks, and until the old master takes no writes any more. */
const SETTLES_MS = 2000;
/** As docs/operations.md advises: a master that no replica follows takes no writes. */
const GUARD = ['--min-replicas-to-write', '1', '--min-replicas-max-lag', '2', '--repl-diskless-sync-delay', '0'];

interface Node {
	port: number;
	dir: string;
	server: RedisServer;
	/** The address that Sentinel, replicas and clients know. */
	proxy: FaultProxy;
	tap: NodeTap;
}

/** A master and two replicas behind Sentinel, of which the master is killed now and then. */
export class SentinelRedis implements RedisHost {
	readonly cuts: CutRecord[] = [];

	private constructor(
		private readonly fsync: Fsync, private readonly nodes: Node[], private master: Node, private readonly sentinelPort: number,
		private readonly back: (port: number) => Promise<void>, private readonly ends: (() => Promise<unknown>)[],
	) {}

	static async start({ fsync, back }: { fsync: Fsync; back: (port: number) => Promise<void> }): Promise<SentinelRedis> {
		const ends: (() => Promise<unknown>)[] = [];
		const nodes: Node[] = [];
		for (let n = 0; n < NODES; n++) {
			const node = await startNode(fsync, nodes[0]);
			nodes.push(node);
			ends.push(() => rm(node.dir, { recursive: true, force: true }), () => node.server.kill(), () => node.proxy.close());
		}
		const sentinelPort = await startSentinel(nodes[0]!, ends);
		nodes[0]!.tap.open = true;
		return new SentinelRedis(fsync, nodes, nodes[0]!, sentinelPort, back, ends);
	}

	get port(): number {
		return this.master.port;
	}

	get forWorkers(): { redisUrl: string; program: string } {
		return { redisUrl: `sentinel://127.0.0.1:${this.sentinelPort}/${NAME}`, program: join(__dirname, 'sentinel-worker.js') };
	}

	get settings(): RedisSettings {
		return { mode: 'sentinel', nodes: [`127.0.0.1:${this.sentinelPort}`], sentinelName: NAME };
	}

	/** Whatever the cut: the master is killed, Sentinel chooses another, and the old one comes back as its replica. */
	async cut({ downMs }: RedisCut): Promise<void> {
		const { master: old } = this;
		await old.server.kill();
		const at = Date.now();
		old.tap.open = false;
		await waitUntil(async () => (await this.chosen()) !== old && (await hasReplicas(await this.chosen(), 1)), { what: 'failover', timeoutMs: 60_000 });
		this.master = await this.chosen();
		await this.back(this.master.port);
		this.master.tap.open = true;
		this.cuts.push({ what: 'failover', appendfsync: this.fsync, from: at - SETTLES_MS, at, upAt: Date.now() });
		await sleep(downMs);
		old.server = await startRedis({ appendfsync: this.fsync, port: old.port, dir: old.dir, args: argsOf(old.proxy, this.master) });
		await waitUntil(async () => hasReplicas(await this.followed(), NODES - 1), { what: 'replicas of the new master', timeoutMs: 60_000 });
	}

	/** The master of now: on a busy machine Sentinel may take one that lives for dead, and choose another by itself. */
	private async followed(): Promise<Node> {
		const chosen = await this.chosen(), { master: old } = this;
		if (chosen === old || !await hasReplicas(chosen, 1)) return old;
		const at = Date.now();
		old.tap.open = false;
		this.master = chosen;
		await this.back(chosen.port);
		chosen.tap.open = true;
		this.cuts.push({ what: 'failover', appendfsync: this.fsync, from: at - SETTLES_MS, at, upAt: Date.now() });
		return chosen;
	}

	async stop(): Promise<void> {
		for (const end of this.ends.splice(0).reverse()) await end();
	}

	private async chosen(): Promise<Node> {
		const [, port] = await asked(this.sentinelPort, (redis) => redis.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME)) as [string, string];
		return this.nodes.find(({ proxy }) => proxy.port === Number(port)) ?? this.master;
	}
}

/** What goes to a replica goes late; and clients are let in only once somebody looks on. */
class NodeTap implements Tap {
	open = false;

	toServer(chunk: Buffer, link: Link): Fate {
		if (chunk.includes('PSYNC')) link.note = 'replica';
		// Clients of the engine say their name first; replicas and Sentinel pass.
		return !this.open && chunk.includes('pj:') ? 'reset' : 'pass';
	}

	toClient(_chunk: Buffer, link: Link): Fate {
		return link.note === 'replica' ? { delayMs: LAG_MS } : 'pass';
	}
}

async function startNode(appendfsync: Fsync, master: Node | undefined): Promise<Node> {
	const port = await freePort();
	const dir = await mkdtemp(join(tmpdir(), 'pinterest-jobs-redis-'));
	const tap = new NodeTap();
	const proxy = await FaultProxy.to(port, tap);
	return { port, dir, tap, proxy, server: await startRedis({ appendfsync, port, dir, args: argsOf(proxy, master) }) };
}

function argsOf(proxy: FaultProxy, master: Node | undefined): string[] {
	const announced = ['--replica-announce-ip', '127.0.0.1', '--replica-announce-port', String(proxy.port)];
	return [...GUARD, ...announced, ...(master ? ['--replicaof', '127.0.0.1', String(master.proxy.port)] : [])];
}

async function startSentinel(master: Node, ends: (() => Promise<unknown>)[]): Promise<number> {
	const { port, stop } = await sentinelOf(master.proxy.port, { downAfterMs: 3000, failoverMs: 1000 });
	ends.push(stop);
	const knownReplicas = () => asked(port, (redis) => redis.call('SENTINEL', 'REPLICAS', NAME)).then((found) => (found as unknown[]).length === NODES - 1, () => false);
	await waitUntil(() => hasReplicas(master, NODES - 1), { what: 'replicas' });
	await waitUntil(knownReplicas, { what: 'Sentinel' });
	return port;
}

/** Whether it is a master that so many follow. One that is just being promoted ends our connection as it does all others. */
async function hasReplicas({ port }: Pick<Node, 'port'>, count: number): Promise<boolean> {
	const info = await asked(port, (redis) => redis.info('replication')).catch(() => '');
	return info.includes('role:master') && (info.match(/state=online/g) ?? []).length >= count;
}
