import { setTimeout as sleep } from 'node:timers/promises';
import { Engine, JOB_EVENT_TYPES, type PublishRequest } from '../../../src';
import type { Pacer } from '../../../src/pace/pacer';
import type { Publisher } from '../../../src/publish/contract';
import type { JobStore } from '../../../src/store/job-store';
import { accountOf, inCalls, type Contender, type ContenderSettings, type Told, type Way } from './contender';
import { instantPublisher } from './instant-publisher';

export const NAMESPACE = 'speed';

const BENCH = { by: 'bench' };
const NO_LIMIT = { writesPerMinute: 100, burst: 5, writesPerDay: null, linkGapSeconds: 0 };
/** Until every account was checked and this worker may send. */
const READY_WITHIN_MS = 120_000;

/** What is taken out of an engine, or put into it. */
interface Inside {
	store: Pick<JobStore, 'purge'>;
	publisher(): Publisher;
	assemble(): { pacer: Pick<Pacer, 'limit'> };
}

/**
 * The engine as it ships, but for two things. Its publisher asks for the permit and then says "published" without any call, so that
 * not HTTP is measured; and no account has a pace, so that nothing but the engine limits it (no gap between two Pins of a board either).
 * One subscription stands, and all events are for it. Who delivers them is another process.
 */
export class EngineContender implements Contender {
	private readonly engine: Engine;
	private readonly served = new Set<string>();
	private registeredAt = Infinity;

	constructor(private readonly settings: ContenderSettings, private readonly told: Told) {
		this.engine = Engine.open({
			redis: settings.redis ?? { url: settings.redisUrl }, namespace: NAMESPACE, policy: { boardGapMs: 0, spreadMs: 0, retentionMs: 0 },
			log: (line) => this.hear(line),
		});
		this.unlimited();
	}

	enqueue(requests: PublishRequest[], way: Way, dueAt: number | null): Promise<void> {
		const scheduled = dueAt === null ? requests : requests.map((request) => ({ ...request, scheduledAt: dueAt }));
		return inCalls(scheduled, way, async (some) => {
			for (const result of await this.engine.enqueue(some)) if (!result.ok) throw result.error;
		});
	}

	async prepare(): Promise<void> {
		const { accounts, concurrency } = this.settings;
		await this.engine.subscribe({ id: 'everything', url: 'https://hooks.example/events', events: [...JOB_EVENT_TYPES] });
		await this.hold();
		for (let n = 0; n < accounts; n++) {
			const account = accountOf(n);
			const current = () => Promise.resolve({ value: account, baseUrl: 'https://pinterest.example' });
			await this.engine.serve({ account, client: null, token: { current, refresh: current }, pace: { ...NO_LIMIT, concurrent: concurrency } });
		}
		for (const until = Date.now() + READY_WITHIN_MS; this.served.size < accounts || !await this.areRegistered(accounts); await sleep(200)) {
			if (Date.now() > until) throw new Error(`${accounts - this.served.size} of ${accounts} accounts were not checked in time.`);
		}
	}

	async goOn(): Promise<void> {
		await this.engine.pacing.resume({ everything: true }, BENCH);
	}

	async hold(): Promise<void> {
		await this.engine.pacing.pause({ everything: true }, {}, BENCH);
	}

	async bury(): Promise<void> {
		const { store } = this.inside;
		while (await store.purge(500) > 0);
	}

	async end(): Promise<void> {
		await this.engine.close();
	}

	/** A worker's permits begin two seconds after it registered (lua/include/runs.lua). */
	private async areRegistered(accounts: number): Promise<boolean> {
		const known = (await this.engine.accounts()).filter(({ lastServedAt }) => lastServedAt !== null);
		if (known.length < accounts) return false;
		this.registeredAt = Math.min(this.registeredAt, Date.now());
		return Date.now() > this.registeredAt + 2500;
	}

	private get inside(): Inside {
		return this.engine as unknown as Inside;
	}

	private unlimited(): void {
		const { inside } = this;
		const assemble = inside.assemble.bind(inside);
		inside.publisher = () => instantPublisher(this.told, (account) => this.served.add(account));
		inside.assemble = () => {
			const crew = assemble();
			crew.pacer.limit = () => undefined;
			return crew;
		};
	}

	private hear({ level, event, code, message }: Record<string, unknown>): void {
		if (event === 'job.succeeded') this.told.ended();
		else if (level === 'warn') this.told.complains([event, code, message].filter(Boolean).join(': '));
	}
}
