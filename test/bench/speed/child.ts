// One contender in a process of its own; its settings are the first argument, what it is to do comes as messages.
import { setTimeout as sleep } from 'node:timers/promises';
import { Dice } from '../../support/dice';
import { BullmqContender } from './bullmq';
import { requestsOf, type Contender, type ContenderSettings, type Told, type Way } from './contender';
import { EngineContender } from './engine';
import { profiled } from './profiled';

/** What a piece of work took in this process. */
export interface Spent {
	ms: number;
	cpuMs: number;
}

/** What a job did, and when, epoch ms. */
export interface Seen {
	key: string;
	at: number;
}

/** How long after it was put in a job began, and its call would have left; ms. */
export interface Pulse {
	begunMs: number;
	sentMs: number;
}

/** Longer than a lease, after which what was cut off goes on. */
const LONGEST_QUIET_MS = 120_000;

/** What a contender can be told to do. */
export class Deeds implements Told {
	private readonly contender: Contender;
	private complaints = new Map<string, number>();
	private begun: Seen[] = [];
	private sent: Seen[] = [];
	private endedCount = 0;
	private endedAt: Spent = { ms: 0, cpuMs: 0 };
	private wanted = { count: Infinity, reached: () => undefined as void };
	private pulse = { begun: (_at: number) => undefined as void, sent: (_at: number) => undefined as void };

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
			const since = this.spent();
			await this.goOn();
			return this.spentUntil(count, since);
		});
		await this.hold();
		return spent;
	}

	/** Goes on with what it was told to work on until so many more have ended. */
	further({ count }: { count: number }): Promise<Spent> {
		return this.spentUntil(this.endedCount + count, this.spent());
	}

	async hold(): Promise<void> {
		await this.contender.hold();
	}

	/** Works from now on. */
	async goOn(): Promise<void> {
		[this.begun, this.sent, this.endedCount] = [[], [], 0];
		await this.contender.goOn();
	}

	/** Resolves when so many have ended since it began to work; rejects when none has for two minutes. */
	until({ count }: { count: number }): Promise<void> {
		return new Promise((resolve, reject) => {
			if (this.endedCount >= count) return resolve();
			let [seen, seenAt] = [this.endedCount, performance.now()];
			const watch = setInterval(() => {
				if (this.endedCount > seen) [seen, seenAt] = [this.endedCount, performance.now()];
				if (performance.now() - seenAt < LONGEST_QUIET_MS) return;
				clearInterval(watch);
				reject(new Error(`No job has ended for two minutes; ${seen} of ${count} have. ${JSON.stringify([...this.complaints].slice(0, 5))}`));
			}, 1000);
			this.wanted = { count, reached: () => {
				clearInterval(watch);
				resolve();
			} };
		});
	}

	/** What jobs did since it began to work. */
	async seen(): Promise<{ begun: Seen[]; sent: Seen[] }> {
		return { begun: this.begun, sent: this.sent };
	}

	/** Puts jobs in one by one, each while nothing else is to do. */
	async pulses({ from, count, everyMs, seed }: { from: number; count: number; everyMs: number; seed: number }): Promise<Pulse[]> {
		const pulses: Pulse[] = [], dice = new Dice(seed);
		await this.goOn();
		for (let i = 0; i < count; i++) {
			const requests = requestsOf(this.settings, from + i, 1);
			await sleep(everyMs * dice.between(0.5, 1.5));
			const begun = new Promise<number>((resolve) => { this.pulse.begun = resolve; }), sent = new Promise<number>((resolve) => { this.pulse.sent = resolve; });
			const since = performance.now();
			await this.contender.enqueue(requests, { atOnce: 1, inFlight: 1 }, null);
			pulses.push({ begunMs: await begun - since, sentMs: await sent - since });
			await this.until({ count: i + 1 });
		}
		return pulses;
	}

	async bury(): Promise<void> {
		await this.contender.bury?.();
	}

	async end(): Promise<void> {
		await this.contender.end();
	}

	/** What should not have happened, and how often. */
	async complained(): Promise<[string, number][]> {
		return [...this.complaints];
	}

	begins(key: string): void {
		this.begun.push({ key, at: Date.now() });
		this.pulse.begun(performance.now());
	}

	async sends(key: string): Promise<void> {
		this.sent.push({ key, at: Date.now() });
		this.pulse.sent(performance.now());
		if (this.settings.workMs) await sleep(this.settings.workMs);
	}

	ended(): void {
		if (++this.endedCount !== this.wanted.count) return;
		this.endedAt = this.spent();
		this.wanted.reached();
	}

	complains(what: string): void {
		this.complaints.set(what, (this.complaints.get(what) ?? 0) + 1);
	}

	private async spentUntil(count: number, since: Spent): Promise<Spent> {
		await this.until({ count });
		return { ms: this.endedAt.ms - since.ms, cpuMs: this.endedAt.cpuMs - since.cpuMs };
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
