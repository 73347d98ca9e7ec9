import { setTimeout as sleep } from 'node:timers/promises';
import { Engine, type PaceSettings, type PublishRequest, type RedisSettings } from '../../../src';
import { Sandbox } from '../../../src/sandbox';
import { isPublished, type Call } from './judge';

export interface RigOptions {
	redis: RedisSettings;
	namespace: string;
	accounts: number;
	boards: number;
	timeFactor: number;
	/** Writes a minute that the sandbox allows and no header tells. */
	hidden: number;
}

const MINUTE = 60_000;
/** Within this every job of a crowd is enqueued. */
const PREPARED_MS = 6000;
const SECRET = 'a secret for events that nobody asked for';

/** A sandbox with a limit that it hides, its accounts, and workers that publish for them. */
export class PaceRig {
	readonly minuteMs: number;
	private readonly engines: Engine[] = [];
	private n = 0;

	private constructor(private readonly options: RigOptions, readonly sandbox: Sandbox) {
		this.minuteMs = MINUTE / options.timeFactor;
	}

	static async start(options: RigOptions): Promise<PaceRig> {
		const world = { accounts: Array.from({ length: options.accounts }, (_, n) => ({ name: `shop-${n}`, boards: Array.from({ length: options.boards }, (_, b) => ({ name: `Board ${b}` })) })) };
		const rates = { appDay: null, appDayWrite: null, hiddenWrite: quota(options.hidden) };
		return new PaceRig(options, await Sandbox.start({ world, timeFactor: options.timeFactor, seed: 1, rates, writeLatencyMs: 50 }));
	}

	get accounts(): { name: string; token: string; boards: string[] }[] {
		return this.sandbox.control.world().accounts.map(({ name, accessToken, boards }) => ({ name, token: accessToken!, boards: boards.map(({ id }) => id) }));
	}

	/** A worker that serves every account at this pace. */
	async worker(pace: PaceSettings): Promise<void> {
		const engine = this.engine();
		for (const { name, token } of this.accounts) {
			const current = () => Promise.resolve({ value: token, baseUrl: this.sandbox.url });
			await engine.serve({ account: name, client: null, token: { current, refresh: current }, pace });
		}
	}

	/** Enqueues so many Pins for each account, in turn over its boards, all due at one instant. */
	async enqueue(each: number, dueAt: number): Promise<void> {
		const engine = this.engine();
		for (const { name, boards } of this.accounts) {
			const results = await engine.enqueue(Array.from({ length: each }, (_, n) => this.request(name, boards[n % boards.length]!, dueAt)));
			for (const result of results) if (!result.ok) throw result.error;
		}
	}

	request(account: string, boardId: string, dueAt: number): PublishRequest {
		const n = this.n++;
		return {
			account, boardId, source: `row-${n}`, title: `Product ${n}`, link: `https://shop.example/products/${n}`, scheduledAt: new Date(dueAt).toISOString(),
			media: { kind: 'image_url', url: `https://shop.example/images/${n}.jpg` },
		};
	}

	/** Requests for Pins, in the order they came. */
	calls(): Call[] {
		return this.sandbox.control.calls({ operation: 'createPin', limit: Infinity }).items.sort((a, b) => a.at - b.at);
	}

	hide(perMinute: number): void {
		this.sandbox.control.setRates({ hiddenWrite: quota(perMinute) });
	}

	/** True once so many Pins are there and were answered; false after `withinMs`. */
	async published(count: number, withinMs: number): Promise<boolean> {
		const until = performance.now() + withinMs;
		for (;;) {
			if (this.calls().filter(isPublished).length >= count) return true;
			if (performance.now() >= until) return false;
			await sleep(250);
		}
	}

	/** When a minute of the limit begins, no sooner than a crowd is prepared: where in a minute it begins decides what it meets. */
	nextMinute(): number {
		return Math.ceil((Date.now() + PREPARED_MS) / this.minuteMs) * this.minuteMs;
	}

	/** What is known of the jobs that were not published: a line for each. */
	async unpublished(): Promise<string[]> {
		const { jobs } = await this.engines[0]!.list({ states: ['queued', 'running', 'retry_scheduled', 'failed'] });
		return jobs.map(({ account, creative, state, attempts, doubt, lastError, nextAttemptAt }) =>
			`${account}, ${creative.ref}: ${state}, ${attempts} attempts, next at ${nextAttemptAt}, ${doubt ? `in doubt since ${doubt.sendBy}` : 'not in doubt'}, ${lastError?.code}: ${lastError?.message}`);
	}

	async end(): Promise<void> {
		for (const engine of this.engines) await engine.close();
		await this.sandbox.stop();
	}

	private engine(): Engine {
		const { redis, namespace, timeFactor } = this.options;
		const engine = Engine.open({ redis, namespace, timeFactor, signingSecret: SECRET, policy: { spreadMs: 0 } });
		this.engines.push(engine);
		return engine;
	}
}

const quota = (limit: number) => ({ limit, windowMs: MINUTE });
