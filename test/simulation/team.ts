import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PaceSettings } from '../../src';
import type { AccountView } from '../../src/sandbox';
import type { Dice } from '../support/dice';
import { FaultProxy } from '../support/fault-proxy';
import { WorkerProcess, type WorkerProcessOptions } from '../support/worker-process';
import { PinterestTap, RedisTap } from './bad-network';

export interface TeamOptions extends Pick<WorkerProcessOptions, 'source' | 'namespace' | 'timeFactor' | 'program'> {
	size: number;
	redisPort: number;
	/** Where the workers find Redis; through a proxy of their own unless given. */
	redisUrl?: string;
	sandboxPort: number;
	accounts: AccountView[];
	pace: PaceSettings;
	/** Chance that a call to Redis meets a fault. */
	lossy: number;
	/** Chance that the network spoils an answer of Pinterest. */
	pinterestLossy?: number;
}

/** Something that happens to one worker at a time that was planned. */
export interface PlannedStrike {
	/** After the beginning, ms. */
	atMs: number;
	what: 'kill' | 'freeze';
	/** The remainder of a division by the number of workers that are free then. */
	worker: number;
	/** While a request is under way, if one comes along. */
	aimed: boolean;
	forMs: number;
}

/** How often each mishap happened. */
export type Mishaps = Record<string, number>;

/** What the mishaps are aimed at. */
const AIMS = [
	'kill at permit', 'kill at request', 'kill at request', 'kill at answer', 'freeze at permit', 'freeze at permit', 'freeze at request', 'freeze at answer',
	'kill', 'freeze', 'end',
] as const;
type Aim = (typeof AIMS)[number];
type How = 'kill' | 'freeze' | 'end';
const MOMENTS = ['permit', 'request', 'answer'] as const;
type Moment = (typeof MOMENTS)[number];

/** An aim that nothing came along for is struck after this long, ms: in a short run, and in one that is planned for minutes. */
const AIM_MS = 1500;
const LONG_AIM_MS = 15_000;

/** Somebody waits for a worker to come to this moment. */
interface Pending {
	moment: Moment;
	how: How;
	hit(member: Member): void;
}

/** Worker processes of one namespace, each behind bad networks of its own, and somebody who kills and freezes them. */
export class Team {
	readonly mishaps: Mishaps = {};
	private readonly members: Member[] = [];
	private readonly aims: Pending[] = [];
	private folder = '';

	private constructor(private readonly options: TeamOptions, private readonly dice: Dice) {}

	static async start(options: TeamOptions, dice: Dice): Promise<Team> {
		const team = new Team(options, dice);
		team.folder = await mkdtemp(join(tmpdir(), 'pinterest-jobs-team-'));
		for (let n = 0; n < options.size; n++) team.watch(await team.hire(n));
		await Promise.all(team.members.map((member) => member.process.started()));
		return team;
	}

	get lostReplies(): number {
		return this.members.reduce((sum, { redis }) => sum + redis.lostReplies, 0);
	}

	/** Answers of Pinterest that the network spoiled. */
	get spoiledAnswers(): number {
		return this.members.reduce((sum, { pinterest }) => sum + pinterest.spoiled, 0);
	}

	/** When a request that reached Pinterest at this instant had left its worker, as far as the network between them tells. */
	leftAt({ link, at }: { link: string | null; at: number }): number {
		const times = this.members.flatMap(({ pinterest }) => pinterest.left).filter((left) => left.link === link && left.at <= at).map((left) => left.at);
		return times.length > 0 ? Math.max(...times) : at;
	}

	/** Every line that was logged. */
	get lines(): Record<string, unknown>[] {
		return this.members.flatMap((member) => member.log());
	}

	/** Something happens to one worker after the other, until `until` is true. */
	async harass(until: () => boolean): Promise<void> {
		const troubles: Promise<void>[] = [];
		while (!until()) {
			await sleep(this.dice.between(100, 700));
			const free = this.members.filter(({ busy }) => !busy);
			if (free.length > 1 && !until()) troubles.push(this.harm(this.dice.pick(free)));
		}
		await Promise.all(troubles);
	}

	/** Does what was planned, in its order; a strike waits until two workers are free, so that one is left. */
	async follow(plan: PlannedStrike[]): Promise<void> {
		const beganAt = performance.now();
		const troubles: Promise<void>[] = [];
		for (const { atMs, what, worker, aimed, forMs } of plan) {
			await sleep(Math.max(0, beganAt + atMs - performance.now()));
			const aims = AIMS.filter((aim) => aim.startsWith(what) && aim.includes(' at ') === aimed);
			const someone = async () => {
				const free = await this.free();
				return free[worker % free.length]!;
			};
			troubles.push(this.strike(this.dice.pick(aims), someone, forMs, LONG_AIM_MS));
		}
		await Promise.all(troubles);
	}

	/** The networks are good from now on. */
	heal(): void {
		for (const { redis, redisProxy, pinterest } of this.members) {
			redis.chance = pinterest.chance = 0;
			redisProxy.cut();
		}
	}

	/** Whether nothing that Redis answers reaches a worker; connections that are mute stay so. */
	mute(muted: boolean): void {
		for (const { redis } of this.members) redis.muted = muted;
	}

	/** Nobody gets through to Redis, until `letIn`. */
	lockOut(): void {
		for (const { redisProxy } of this.members) redisProxy.refuse();
	}

	letIn(): void {
		for (const { redisProxy } of this.members) redisProxy.heal();
	}

	/** Ends every worker as a process manager does; answers how each went. */
	async end(): Promise<(number | NodeJS.Signals)[]> {
		return Promise.all(this.members.map(({ process: worker }) => worker.end()));
	}

	async dispose(): Promise<void> {
		for (const { process: worker, redisProxy, pinterestProxy } of this.members) {
			await worker.kill();
			await redisProxy.close();
			await pinterestProxy.close();
		}
		await rm(this.folder, { recursive: true, force: true });
	}

	private async hire(n: number): Promise<Member> {
		const redis = new RedisTap(this.dice.fork(), this.options.lossy);
		const pinterest = new PinterestTap(this.dice.fork(), this.options.pinterestLossy);
		const redisProxy = await FaultProxy.to(this.options.redisPort, redis);
		const pinterestProxy = await FaultProxy.to(this.options.sandboxPort, pinterest);
		const accountsFile = join(this.folder, `worker-${n}.json`);
		const accounts = this.options.accounts.map(({ name, accessToken }) => ({
			account: name, accessToken, baseUrl: `http://127.0.0.1:${pinterestProxy.port}/v5`, pace: this.options.pace,
		}));
		await writeFile(accountsFile, JSON.stringify({ accounts }), { mode: 0o600 });
		const { source, namespace, timeFactor, program, redisUrl = `redis://127.0.0.1:${redisProxy.port}` } = this.options;
		return new Member({ source, namespace, timeFactor, program, accountsFile, redisUrl }, redis, pinterest, redisProxy, pinterestProxy);
	}

	private async free(): Promise<Member[]> {
		for (;;) {
			const free = this.members.filter(({ busy }) => !busy);
			if (free.length > 1) return free;
			await sleep(20);
		}
	}

	private harm(member: Member): Promise<void> {
		const aim = this.dice.pick(AIMS);
		// Around the lease: some thaw before anybody noticed, some long after their jobs were taken over.
		const frozenMs = this.dice.between(50, 3 * 60_000 / this.options.timeFactor);
		const forMs = aim.startsWith('freeze') ? frozenMs : this.dice.between(0, 500);
		const someone = async () => {
			const free = await this.free();
			return free.includes(member) ? member : this.dice.pick(free);
		};
		return this.strike(aim, someone, forMs, AIM_MS);
	}

	/** Strikes whoever meets the aim first; `someone` when nobody does in time, or when it is aimed at no moment. */
	private async strike(aim: Aim, someone: () => Promise<Member>, forMs: number, withinMs: number): Promise<void> {
		const [how, , moment] = aim.split(' ') as [How, string?, Moment?];
		const hit = moment ? await this.meets(moment, how, withinMs) : null;
		const member = hit ?? await someone();
		if (!hit) member.strike(how);
		const happened = hit ? aim : how;
		this.mishaps[happened] = (this.mishaps[happened] ?? 0) + 1;
		if (how === 'freeze') {
			await sleep(forMs);
			member.process.thaw();
		} else {
			await (how === 'end' ? member.process.end() : member.process.kill());
			await sleep(forMs);
			member.restart();
		}
		member.busy = false;
	}

	/** The first who comes to such a moment is struck there, before what it waits for reaches it; null when nobody did. */
	private meets(moment: Moment, how: How, withinMs: number): Promise<Member | null> {
		return new Promise((resolve) => {
			const aim: Pending = { moment, how, hit: (member) => end(member) };
			const end = (member: Member | null) => {
				clearTimeout(timer);
				this.aims.splice(this.aims.indexOf(aim), 1);
				resolve(member);
			};
			const timer = setTimeout(() => end(null), withinMs);
			this.aims.push(aim);
		});
	}

	private watch(member: Member): void {
		this.members.push(member);
		for (const moment of MOMENTS) {
			const look = (): undefined => {
				member.at(moment, look);
				const aim = this.aims.find((pending) => pending.moment === moment);
				const others = this.members.filter((other) => other !== member && !other.busy);
				// One is left to go on.
				if (!aim || member.busy || others.length === 0) return;
				member.strike(aim.how);
				aim.hit(member);
			};
			member.at(moment, look);
		}
	}
}

/** One worker and its networks. */
class Member {
	busy = false;
	process: WorkerProcess;
	private readonly former: WorkerProcess[] = [];

	constructor(
		private readonly options: WorkerProcessOptions, readonly redis: RedisTap, readonly pinterest: PinterestTap,
		readonly redisProxy: FaultProxy, readonly pinterestProxy: FaultProxy,
	) {
		this.process = WorkerProcess.start(options);
	}

	restart(): void {
		this.former.push(this.process);
		this.process = WorkerProcess.start(this.options);
	}

	log(): Record<string, unknown>[] {
		return [...this.former, this.process].flatMap(({ lines }) => lines);
	}

	strike(how: How): void {
		this.busy = true;
		this.process.signal(({ kill: 'SIGKILL', freeze: 'SIGSTOP', end: 'SIGTERM' } as const)[how]);
	}

	/** Calls this once, when the worker's next permit, request or answer is on its way. */
	at(moment: Moment, strike: () => undefined): void {
		if (moment === 'permit') this.redis.onPermit = strike;
		if (moment === 'request') this.pinterest.onRequest = strike;
		if (moment === 'answer') this.pinterest.onAnswer = strike;
	}
}
