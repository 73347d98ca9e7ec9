import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { EngineConfig, PaceSettings } from '../../../src';
import type { Sandbox } from '../../../src/sandbox';
import { prefixOf } from '../../../src/store/keys';
import { Client } from '../../simulation/client';
import { RedisTap } from '../../simulation/bad-network';
import { Team } from '../../simulation/team';
import { Dice } from '../../support/dice';
import { FaultProxy } from '../../support/fault-proxy';
import { snapshotOf, type Snapshot } from '../../support/snapshot';
import { Stalls } from '../../support/stalls';
import { SteppedClock } from './clock';
import type { Round } from './contender';
import { Observer } from './observer';
import type { Recording } from './recording';
import { SingleRedis, type Fsync, type Gate, type RedisHost } from './redis-host';
import { quiet, startSandbox } from './round';
import { SentinelRedis } from './sentinel-redis';

/** How this engine is put through a round. */
export interface ShardOptions {
	name: string;
	/** Compiled `src/`, with a clock that can be set. */
	source: string;
	fsync: Fsync;
	/** A master with two replicas behind Sentinel, whose master is killed at each cut, instead of one server. */
	sentinel: boolean;
	/** Chance that a call of a worker to Redis meets a fault, and one of the client. */
	lossy: number;
	clientLossy: number;
	/** Chance that the network spoils an answer of Pinterest. */
	pinterestLossy: number;
	/** Steps of the clock, and how far each goes at most, ms. */
	clockSteps: number;
	clockStepMs: number;
}

const SECRET = 'canary-signing-secret-of-the-fault-bench';
const NAMESPACE = 'faults';
// More than boards and holds let through: a killed worker's slots are missing for a while.
const PACE: PaceSettings = { writesPerMinute: 100, burst: 5, writesPerDay: null, concurrent: 20 };
const LOOK_EVERY_MS = 8000;

/** One run of this engine under the faults of a round, in a Redis and a sandbox of its own. */
export class Shard {
	private readonly dice: Dice;
	private readonly snapshots: Snapshot[] = [];
	private readonly stalls = new Stalls();
	private readonly observer = new Observer(NAMESPACE);
	private readonly clock = new SteppedClock(NAMESPACE);
	private readonly ends: (() => Promise<unknown> | void)[] = [() => this.stalls.stop(), () => this.observer.stop()];
	private readonly clientTap: RedisTap;
	private sandbox!: Sandbox;
	private redis!: RedisHost;
	private team!: Team;
	private client!: Client;
	private clientProxy!: FaultProxy;

	constructor(private readonly round: Round, private readonly options: ShardOptions) {
		this.dice = new Dice(round.seed);
		this.clientTap = new RedisTap(this.dice.fork(), options.clientLossy);
	}

	async run(): Promise<Recording> {
		await this.start();
		const beganAt = performance.now();
		await this.trouble(beganAt);
		quiet(this.sandbox);
		this.team.heal();
		this.clientTap.chance = 0;
		this.clientProxy.cut();
		await this.client.runAgain(this.round.plan);
		// Mishaps may last longer than planned, and what is in doubt at their end has its time from then on.
		await this.drained(performance.now() + this.round.deadlineMs - this.round.troubleMs);
		const seconds = (performance.now() - beganAt) / 1000;
		const exits = await this.team.end();
		await this.look();
		return this.recording(seconds, exits);
	}

	/** Ends everything that was started, last first. */
	async end(): Promise<void> {
		for (const end of this.ends.splice(0).reverse()) await end();
	}

	private async start(): Promise<void> {
		const { round, options } = this;
		this.sandbox = await startSandbox(round);
		this.ends.push(() => this.sandbox.stop());
		const back = (port: number) => this.attend(port);
		this.redis = options.sentinel ? await SentinelRedis.start({ fsync: options.fsync, back }) : await SingleRedis.start({ fsync: options.fsync, gate: this.gate(), dice: this.dice.fork(), back });
		this.ends.push(() => this.redis.stop());
		await this.attend(this.redis.port);
		this.team = await Team.start({
			source: options.source, namespace: NAMESPACE, timeFactor: round.timeFactor, size: round.workers, sandboxPort: this.sandbox.port,
			redisPort: this.redis.port, ...this.redis.forWorkers, accounts: this.sandbox.control.world().accounts, pace: PACE, lossy: options.lossy, pinterestLossy: options.pinterestLossy,
		}, this.dice.fork());
		this.ends.push(() => this.team.dispose());
		this.clientProxy = await FaultProxy.to(this.redis.port, this.clientTap);
		this.ends.push(() => this.clientProxy.close());
		const redis = this.redis.settings ?? { url: `redis://127.0.0.1:${this.clientProxy.port}` };
		const config: EngineConfig = { redis, namespace: NAMESPACE, signingSecret: SECRET, timeFactor: round.timeFactor };
		this.client = new Client(config, this.dice.fork());
		this.ends.push(() => this.client.close());
	}

	/** A server is up again: somebody looks on before the first client comes. */
	private async attend(port: number): Promise<void> {
		await this.observer.attach(port);
		await this.clock.keep(port);
	}

	private gate(): Gate {
		return {
			mute: (muted) => {
				this.team.mute(muted);
				this.clientTap.muted = muted;
			},
			lockOut: () => {
				this.team.lockOut();
				this.clientProxy.refuse();
			},
			letIn: () => {
				this.team.letIn();
				this.clientProxy.heal();
			},
		};
	}

	/** Everything that goes wrong, all at once. */
	private async trouble(beganAt: number): Promise<void> {
		const { plan, mishaps, troubleMs } = this.round;
		const cuts = this.breakRedis(beganAt);
		await Promise.all([
			this.client.enqueueAll(plan, { overMs: troubleMs * 0.8 }), this.team.follow(mishaps), cuts, this.stepClock(beganAt), this.watch(beganAt),
		]);
	}

	private async breakRedis(beganAt: number): Promise<void> {
		for (const cut of this.round.redisCuts) {
			await sleep(Math.max(0, beganAt + cut.atMs - performance.now()));
			await this.redis.cut(cut);
		}
	}

	/** Forth and back, and right again at last. */
	private async stepClock(beganAt: number): Promise<void> {
		const { clockSteps, clockStepMs } = this.options;
		const everyMs = this.round.troubleMs / (clockSteps + 1);
		for (let n = 1; n <= clockSteps; n++) {
			await sleep(Math.max(0, beganAt + n * everyMs - performance.now()));
			await this.clock.step(this.redis.port, n === clockSteps ? 0 : Math.round(this.dice.between(-clockStepMs, clockStepMs)));
		}
	}

	/** Looks at the namespace now and then while things go wrong. */
	private async watch(beganAt: number): Promise<void> {
		while (performance.now() - beganAt < this.round.troubleMs) {
			await sleep(LOOK_EVERY_MS);
			// Between a kill and a restart there is nothing to see.
			await this.look().catch((error: Error) => { if (!/closed|ECONN|LOADING|MASTERDOWN|max retries/i.test(error.message)) throw error; });
		}
	}

	private async look(): Promise<void> {
		this.snapshots.push(await this.asked((redis) => snapshotOf(redis, NAMESPACE)));
	}

	private async asked<T>(ask: (redis: Redis) => Promise<T>): Promise<T> {
		const redis = new Redis(this.redis.port, '127.0.0.1', { maxRetriesPerRequest: 0, retryStrategy: () => null });
		// The call that fails tells of it.
		redis.on('error', () => undefined);
		try {
			return await ask(redis);
		} finally {
			redis.disconnect();
		}
	}

	/** Resolves when no job waits or runs any more and none is to be sent back; or when time is up, for the invariants to say so. */
	private async drained(deadline: number): Promise<void> {
		const prefix = prefixOf(NAMESPACE);
		while (performance.now() < deadline) {
			const isOver = await this.asked(async (redis) => {
				const ended = await Promise.all(['succeeded', 'failed', 'canceled'].map((state) => redis.zcard(`${prefix}state:${state}`)));
				return ended.reduce((a, b) => a + b, 0) === this.round.plan.length && await redis.exists(`${prefix}displaced`) === 0;
			});
			if (isOver) return;
			await sleep(500);
		}
	}

	private recording(seconds: number, exits: (number | string)[]): Recording {
		const { control } = this.sandbox;
		const { permits, scripts } = this.observer;
		const posts = control.calls({ operation: 'createPin', limit: Infinity }).items;
		const { calls, rates } = control.summary();
		const { seed, timeFactor, plan } = this.round;
		return {
			shard: [{
				name: this.options.name, seed, timeFactor, seconds, exits, mishaps: this.team.mishaps, spoiledAnswers: this.team.spoiledAnswers,
				lostReplies: this.team.lostReplies + this.clientTap.lostReplies, pinterestFaults: calls.byFault, calls: calls.calls, longestStallMs: this.stalls.longestMs,
			}],
			plan: plan.map(({ key, group, fate }) => ({ key, group, fate })),
			calls: this.client.calls, permits, ...scripts,
			posts: posts.map((post) => ({ group: post.link ?? '', at: post.at, earliest: this.stalls.earliest(this.team.leftAt(post)) })),
			limited: posts.filter(({ status }) => status === 429).map(({ account, requestId, at, resetAt }) => ({ account: account!, requestId, at, resetAt })),
			pins: control.pins({ limit: Infinity }).items.map(({ id, link, account, board, section }) => ({ id, group: link ?? '', account, board, section })),
			snapshots: this.snapshots, rates: [rates.accounts],
			secrets: [SECRET, ...control.world().accounts.flatMap(({ accessToken, refreshToken }) => [accessToken!, refreshToken!])],
			logs: this.team.lines.map((line) => JSON.stringify(line)),
			cuts: this.redis.cuts, clock: this.clock.steps,
		};
	}
}
