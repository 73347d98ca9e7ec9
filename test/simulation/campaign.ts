import { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineConfig, PaceSettings } from '../../src';
import { policyOf } from '../../src/job/policy';
import { laggingConsistency, Sandbox, type FaultShares } from '../../src/sandbox';
import { eventOf, jobOf } from '../../src/store/codec';
import { compiledSource } from '../support/compiled';
import { Dice } from '../support/dice';
import { FaultProxy } from '../support/fault-proxy';
import { membersOf, type History } from '../support/history';
import { PermitRecorder } from '../support/permits';
import { redisUrl, testNamespace } from '../support/redis';
import { snapshotOf, type Snapshot } from '../support/snapshot';
import { Stalls } from '../support/stalls';
import { RedisTap } from './bad-network';
import { Client } from './client';
import { planOf, type Intention } from '../support/plan';
import { Team, type Mishaps } from './team';

export interface CampaignOptions {
	seed: number;
	jobs: number;
	workers: number;
	/** How long jobs come in and things go wrong, ms. */
	troubleMs: number;
	/** How long everything may take to end after that, ms. */
	drainMs: number;
	timeFactor: number;
}

/** What a run is told of beside its history. */
export interface Report {
	mishaps: Mishaps;
	/** Jobs that were corrected and requeued; calls under a fence that was no longer valid. */
	mended: number;
	stale: number;
	lostReplies: number;
	faults: Record<string, number>;
	exits: (number | NodeJS.Signals)[];
	longestStallMs: number;
	endedAfterMs: number;
	/** What Bottleneck keeps of each lane; it may say why something still waits. */
	lanes: Record<string, unknown>;
}

const PINTEREST_FAULTS: FaultShares = {
	'429': 0.03, commitThenHang: 0.04, commitThen500: 0.04, commitThenReset: 0.03, resetBefore: 0.03, cutBody: 0.02, lateCommit: 0.02, hangBefore: 0.01, error500Before: 0.01,
};
// More than boards and holds let through: a killed worker's slots are missing for a while.
const PACE: PaceSettings = { writesPerMinute: 100, burst: 5, writesPerDay: null, concurrent: 20 };
const SECRET = 'canary-signing-secret-of-the-simulation';

/** A campaign of Pins under faults of everything: workers, their networks, Redis' answers, Pinterest and the client. */
export class Campaign {
	private readonly dice: Dice;
	private readonly snapshots: Snapshot[] = [];
	private readonly stalls = new Stalls();
	private readonly ends: (() => Promise<unknown> | void)[] = [() => this.stalls.stop()];
	private readonly namespace = testNamespace();
	private readonly redis = new Redis(redisUrl());

	constructor(private readonly options: CampaignOptions) {
		this.dice = new Dice(options.seed);
		this.ends.push(() => this.redis.disconnect());
	}

	async run(): Promise<{ history: History; report: Report }> {
		const { seed, jobs, workers, troubleMs, timeFactor } = this.options;
		const sandbox = await Sandbox.start({
			seed, timeFactor, accounts: ['acme-us', 'acme-eu', 'acme-uk'], faults: PINTEREST_FAULTS, readFaults: { error500Before: 0.02, resetBefore: 0.02 },
			consistency: laggingConsistency, rates: { appDay: null, appDayWrite: null }, writeLatencyMs: 20,
		});
		this.ends.push(() => sandbox.stop());
		const recorder = await PermitRecorder.of(redisUrl(), this.namespace);
		this.ends.push(() => recorder.stop());
		const { accounts } = sandbox.control.world();
		const plan = planOf({ jobs, accounts, twins: 0.08 }, this.dice.fork());
		for (const { fate, request: { media } } of plan) if (fate === 'small image' && media.kind === 'image_url') sandbox.control.setImage(media.url, 'too-small');
		const source = await compiledSource();
		this.ends.push(() => source.remove());
		const redisPort = Number(new URL(redisUrl()).port);
		const team = await Team.start({
			source: source.dir, namespace: this.namespace, timeFactor, size: workers, redisPort, sandboxPort: sandbox.port, accounts, pace: PACE, lossy: 0.004,
		}, this.dice.fork());
		this.ends.push(() => team.dispose());

		const clientTap = new RedisTap(this.dice.fork(), 0.04);
		const client = await this.clientBehind(clientTap, redisPort);
		const startedAt = performance.now();
		let enqueued = false;
		const done = () => enqueued && performance.now() - startedAt > troubleMs;
		await Promise.all([
			client.enqueueAll(plan, { overMs: troubleMs * 0.8 }).then(() => { enqueued = true; }),
			team.harass(done),
			this.watch(done),
		]);
		const mended = await client.mend(plan, (account) => accounts.find(({ name }) => name === account)!.boards[0]!.id);
		sandbox.control.setFaultShares({ faults: {}, readFaults: {} });
		team.heal();
		await this.drained(plan.length);
		const endedAfterMs = Math.round(performance.now() - startedAt);
		const lanes = await this.lanes();
		const exits = await team.end();
		await recorder.caughtUp();
		this.snapshots.push(await snapshotOf(this.redis, this.namespace));
		const history = this.history(sandbox, recorder, client, plan, team);
		const report = {
			mishaps: team.mishaps, mended, stale: recorder.scripts.stale.length, lostReplies: team.lostReplies + clientTap.lostReplies, faults: sandbox.control.summary().calls.byFault, exits,
			longestStallMs: this.stalls.longestMs, endedAfterMs, lanes,
		};
		return { history, report };
	}

	/** Ends everything that was started, last first. */
	async end(): Promise<void> {
		for (const end of this.ends.splice(0).reverse()) await end();
	}

	private async clientBehind(tap: RedisTap, redisPort: number): Promise<Client> {
		const proxy = await FaultProxy.to(redisPort, tap);
		this.ends.push(() => proxy.close());
		const config: EngineConfig = { redis: { url: `redis://127.0.0.1:${proxy.port}` }, namespace: this.namespace, signingSecret: SECRET, timeFactor: this.options.timeFactor };
		const client = new Client(config, this.dice.fork());
		this.ends.push(() => client.close());
		return client;
	}

	/** Looks at the namespace now and then while things go wrong. */
	private async watch(done: () => boolean): Promise<void> {
		while (!done()) {
			await sleep(this.dice.between(1000, 3000));
			this.snapshots.push(await snapshotOf(this.redis, this.namespace));
		}
	}

	/** Resolves when no job waits or runs any more and none is to be sent back; or when time is up, for the invariants to say so. */
	private async drained(jobs: number): Promise<void> {
		const deadline = performance.now() + this.options.drainMs;
		while (performance.now() < deadline) {
			const { values } = await snapshotOf(this.redis, this.namespace);
			const ended = ['succeeded', 'failed', 'canceled'].reduce((sum, state) => sum + membersOf(values[`state:${state}`]).length, 0);
			if (ended === jobs && values.displaced === undefined) return;
			await sleep(500);
		}
	}

	private async lanes(): Promise<Record<string, unknown>> {
		const keys = await this.redis.keys(`b_{${this.namespace}}*`);
		const read = async (key: string) => (await this.redis.type(key)) === 'hash' ? this.redis.hgetall(key) : this.redis.zrange(key, 0, -1, 'WITHSCORES');
		return Object.fromEntries(await Promise.all(keys.map(async (key) => [key.slice(key.indexOf('}') + 1), await read(key)] as const)));
	}

	private history(sandbox: Sandbox, { permits, scripts }: PermitRecorder, { calls }: Client, plan: Intention[], team: Team): History {
		const { values } = this.snapshots.at(-1)!;
		const text = (name: string) => (values[name] ?? '') as string;
		const { control } = sandbox;
		const posts = control.calls({ operation: 'createPin', limit: Infinity }).items;
		return {
			policy: policyOf(this.options.timeFactor),
			plan: new Map(plan.map(({ key, group }) => [key, group])),
			calls, permits, scripts,
			limited: posts.filter(({ status }) => status === 429).map(({ account, requestId, at, resetAt }) => ({ account: account!, requestId, at, resetAt })),
			posts: posts.map((post) => ({ group: post.link ?? '', at: post.at, earliest: this.stalls.earliest(team.leftAt(post)) })),
			pins: control.pins({ limit: Infinity }).items.map(({ id, link, account, board, section }) => ({ id, group: link ?? '', account, board, section })),
			events: ((values.events ?? []) as [string, string[]][]).map(eventOf),
			jobs: Object.keys(values).filter((name) => name.startsWith('job:')).map((name) => {
				const id = name.slice(4);
				return jobOf([id, Object.entries(values[name] as Record<string, string>).flat(), text(`doc:${id}`), text(`content:${id}`)]);
			}),
			snapshots: this.snapshots,
			rates: control.summary().rates.accounts,
			secrets: [SECRET, ...control.world().accounts.flatMap(({ accessToken, refreshToken }) => [accessToken!, refreshToken!])],
			logs: team.lines.map((line) => JSON.stringify(line)),
		};
	}
}
