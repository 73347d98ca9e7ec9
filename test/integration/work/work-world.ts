import { lateEvidence } from '../../../src/job/corrections';
import { createPublisher } from '../../../src/publish/publisher';
import type { Publisher } from '../../../src/publish/contract';
import { Sandbox, type SandboxOptions } from '../../../src/sandbox';
import { JobStore } from '../../../src/store/job-store';
import type { Namespace } from '../../../src/store/namespace';
import { Attempts } from '../../../src/work/attempts';
import type { FitAccount, World } from '../../../src/work/contract';
import { Leases } from '../../../src/work/leases';
import { Settling } from '../../../src/work/settling';
import { Sweeper } from '../../../src/work/sweeper';
import { aJob, policy, START, StoreWorld } from '../store/store-world';

/** Stands in front of every call that a member makes of Redis and Pinterest, and behind its answer. */
export type Gate = <T>(name: string, act: () => Promise<T>) => Promise<T>;

const open: Gate = (_name, act) => act();

/** A store, a sandbox and the workers that stand between them; all clocks are the one that the test moves. */
export class WorkWorld {
	readonly store = new StoreWorld();
	readonly members: Member[] = [];
	/** Permits that were given, and by whom. */
	readonly permits: { job: string; by: Member }[] = [];

	private constructor(readonly sandbox: Sandbox, private readonly clock: { now: number }) {}

	static async start(options: SandboxOptions = {}): Promise<WorkWorld> {
		const clock = { now: START };
		const sandbox = await Sandbox.start({
			seed: 7, accounts: ['acme'], now: () => clock.now, rates: { orgWrite: null, orgRead: null, universal: null, appDay: null, appDayWrite: null }, ...options,
		});
		return new WorkWorld(sandbox, clock);
	}

	/** Time passes, for everybody. */
	pass(ms: number): void {
		this.store.time += ms;
		this.clock.now = this.store.time;
	}

	/** A process of its own that works for the account. */
	member(gate?: Gate): Member {
		const member = new Member(this, gate);
		this.members.push(member);
		return member;
	}

	/** Puts a job for one of the account's boards; it is due now. Those of one title are twins. */
	async put(board = 0, title?: string): Promise<string> {
		const job = aJob({ boardId: this.account.boards[board]!.id, createdAt: this.store.time, dueAt: this.store.time });
		if (title !== undefined) Object.assign(job.content, { title, link: `https://shop.example/${encodeURIComponent(title)}` });
		await this.store.put(job);
		return job.id;
	}

	/** How many Pins of this job Pinterest has. */
	pinsOf(title: string): string[] {
		return this.sandbox.control.pins().items.filter((pin) => pin.title === title).map(({ id }) => id);
	}

	get account() {
		return this.sandbox.control.account('acme');
	}

	async end(): Promise<void> {
		await Promise.all(this.members.map((member) => member.end()));
		await this.sandbox.stop();
		await this.store.end();
	}
}

/** The parts of one worker, on a connection of its own. */
export class Member {
	readonly lines: Record<string, unknown>[] = [];
	readonly leases: Leases;
	readonly attempts: Attempts;
	readonly sweeper: Sweeper;
	readonly jobs: JobStore;
	private readonly namespace: Namespace;
	private readonly account: FitAccount;

	constructor(world: WorkWorld, gate: Gate = open) {
		const now = () => world.store.time;
		const clocks: World = { now, monotonic: now, random: () => 0.5 };
		const log = (line: Record<string, unknown>) => void this.lines.push(line);
		const token = () => gate('token', () => Promise.resolve({ value: world.account.accessToken ?? '', baseUrl: world.sandbox.url }));
		const yes = () => Promise.resolve(true);
		const pace = { writesPerMinute: 100, burst: 5, writesPerDay: null, concurrent: 5 };
		this.account = { account: 'acme', client: null, token: { current: token, refresh: token }, pace, isFit: yes, trusts: yes };
		this.namespace = world.store.anotherClient();
		this.jobs = gated(new JobStore(this.namespace, policy), gate);
		const beginSend: JobStore['beginSend'] = async (job, budgetMs) => {
			const grant = await this.jobs.beginSend(job, budgetMs);
			if (grant) world.permits.push({ job: job.id, by: this });
			return grant;
		};
		this.leases = new Leases({ extend: (held) => this.jobs.extend(held), log });
		const settling = new Settling({
			store: over(this.jobs, {
				evidence: async (id: string, pinId: string) => void await this.jobs.evidence(id, pinId, (job, isAnothers) => lateEvidence(job, pinId, now(), isAnothers)),
			}),
			log,
		});
		this.attempts = new Attempts({
			store: over(this.jobs, { beginSend, media: () => Promise.resolve(null), owners: (pinIds: string[]) => this.jobs.owners(pinIds) }),
			settling, publisher: gated<Publisher>(createPublisher({ policy, now, monotonic: now }), gate), leases: this.leases, policy, world: clocks, log,
		});
		this.sweeper = new Sweeper({ store: this.jobs, chores: [], policy, world: clocks, everyMs: 1000, log });
	}

	publish(): Promise<unknown> {
		return this.attempts.publishNext(this.account, () => undefined);
	}

	look(): Promise<unknown> {
		return this.attempts.lookNext(this.account);
	}

	async end(): Promise<void> {
		await this.namespace.close();
	}
}

/** The same object with every call of it behind the gate. */
function gated<T extends object>(object: T, gate: Gate): T {
	return new Proxy(object, {
		get(target, name) {
			const value: unknown = Reflect.get(target, name);
			if (typeof value !== 'function') return value;
			return (...args: unknown[]) => gate(String(name), () => value.apply(target, args) as Promise<unknown>);
		},
	});
}

/** The same object with some of its methods done differently. */
function over<T extends object, U extends object>(object: T, changes: U): Omit<T, keyof U> & U {
	const get = (target: T, name: string | symbol): unknown => Reflect.get(name in changes ? changes : target, name);
	return new Proxy(object, { get }) as unknown as Omit<T, keyof U> & U;
}
