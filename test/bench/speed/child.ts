// One contender in a process of its own; its settings are the first argument, what it is to do comes as messages.
import { setTimeout as sleep } from 'node:timers/promises';
import { BullmqContender } from './bullmq';
import { requestsOf, type Contender, type ContenderSettings, type Told, type Way } from './contender';
import { EngineContender } from './engine';
import { profiled } from './profiled';

/** What a piece of work took in this process. */
export interface Spent {
	ms: number;
	cpuMs: number;
}

/** When a job began, and how much later that was than it should have been, ms. */
export interface Begun {
	key: string;
	at: number;
}

const LONGEST_QUIET_MS = 60_000;

/** What a contender can be told to do. */
export class Deeds implements Told {
	private readonly contender: Contender;
	private readonly complaints = new Map<string, number>();
	private readonly begun: Begun[] = [];
	private endedCount = 0;
	private endedAt = { ms: 0, cpuMs: 0 };
	private wanted = { count: Infinity, reached: () => undefined as void };
	private onBegin: (key: string) => void = () => undefined;

	constructor(private readonly settings: ContenderSettings) {
		this.contender = settings.contender === 'engine' ? new EngineContender(settings, this) : new BullmqContender(settings, this);
	}

	async prepare(): Promise<void> {
		await this.contender.prepare();
	}

	async enqueue({ from, count, way, dueAt = null, profile }: { from: number; count: number; way: Way; dueAt?: number | null; profile?: string }): Promise<Spent> {
		const requests = requestsOf(this.settings, from, count);
		return profiled(profile, async () => {
			const since = this.spent();
			await this.contender.enqueue(requests, way, dueAt);
			return this.spent(since);
		});
	}

	/** Works until so many jobs have ended, and then no more. */
	async work({ count, profile }: { count: number; profile?: string }): Promise<Spent> {
		const spent = await profiled(profile, async () => {
			const since = this.spent(), ended = this.ends(count);
			await this.contender.goOn();
			await ended;
			return { ms: this.endedAt.ms - since.ms, cpuMs: this.endedAt.cpuMs - since.cpuMs };
		});
		await this.contender.hold();
		return spent;
	}

	/** Works until so many jobs have ended, and goes on. */
	async workOn({ count }: { count: number }): Promise<Begun[]> {
		this.begun.length = 0;
		const ended = this.ends(count);
		await this.contender.goOn();
		await ended;
		return this.begun;
	}

	/** Puts jobs in one by one while nothing else is to do; how long after that each began, ms. */
	async pulses({ from, count, everyMs }: { from: number; count: number; everyMs: number }): Promise<number[]> {
		const delays: number[] = [];
		await this.contender.goOn();
		for (let i = 0; i < count; i++) {
			const requests = requestsOf(this.settings, from + i, 1);
			await sleep(everyMs * (0.5 + Math.random()));
			const began = new Promise<number>((resolve) => { this.onBegin = () => resolve(performance.now()); });
			const ended = this.ends(1), since = performance.now();
			await this.contender.enqueue(requests, { atOnce: 1, inFlight: 1 }, null);
			delays.push(await began - since);
			await ended;
		}
		return delays;
	}

	async bury(): Promise<void> {
		await this.contender.bury?.();
	}

	async end(): Promise<void> {
		await this.contender.end();
	}

	/** What should not have happened, and how often, since it was asked last. */
	async complained(): Promise<[string, number][]> {
		const all = [...this.complaints];
		this.complaints.clear();
		return all;
	}

	async begins(key: string): Promise<void> {
		this.begun.push({ key, at: performance.timeOrigin + performance.now() });
		this.onBegin(key);
		if (this.settings.workMs) await sleep(this.settings.workMs);
	}

	ended(): void {
		if (++this.endedCount < this.wanted.count) return;
		this.endedAt = this.spent();
		this.wanted.reached();
	}

	complains(what: string): void {
		this.complaints.set(what, (this.complaints.get(what) ?? 0) + 1);
	}

	/** Resolves when so many more have ended; rejects when none has for long. */
	private ends(count: number): Promise<void> {
		return new Promise((resolve, reject) => {
			let [seen, seenAt] = [this.endedCount, performance.now()];
			const watch = setInterval(() => {
				if (this.endedCount > seen) [seen, seenAt] = [this.endedCount, performance.now()];
				if (performance.now() - seenAt < LONGEST_QUIET_MS) return;
				clearInterval(watch);
				reject(new Error(`No job has ended for a minute; ${seen} have in all. ${JSON.stringify([...this.complaints].slice(0, 5))}`));
			}, 1000);
			this.wanted = { count: this.endedCount + count, reached: () => {
				clearInterval(watch);
				this.wanted = { count: Infinity, reached: () => undefined };
				resolve();
			} };
		});
	}

	private spent(since: Spent = { ms: 0, cpuMs: 0 }): Spent {
		const { user, system } = process.cpuUsage();
		return { ms: performance.now() - since.ms, cpuMs: (user + system) / 1000 - since.cpuMs };
	}
}

export type Deed = Exclude<keyof Deeds, keyof Told>;

if (process.send) {
	const deeds = new Deeds(JSON.parse(process.argv[2]!) as ContenderSettings);
	process.on('message', ({ id, deed, what }: { id: number; deed: Deed; what: never }) => {
		const done = deeds[deed](what) as Promise<unknown>;
		done.then((answer) => process.send!({ id, answer }), (error: Error) => process.send!({ id, error: error.stack }));
	});
	process.once('disconnect', () => process.exit());
}
