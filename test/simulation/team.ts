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

/** What the mishaps of a worker are aimed at. */
const AIMS = [
	'kill at permit', 'kill at request', 'kill at request', 'kill at answer', 'freeze at permit', 'freeze at permit', 'freeze at request', 'freeze at answer',
	'kill', 'freeze', 'end',
] as const;
type Aim = (typeof AIMS)[number];

/** An aim that nothing came along for is struck after this long, ms. */
const AIM_MS = 1500;

/** Worker processes of one namespace, each behind bad networks of its own, and somebody who kills and freezes them. */
export class Team {
	readonly mishaps: Mishaps = {};
	private readonly members: Member[] = [];
	private folder = '';

	private constructor(private readonly options: TeamOptions, private readonly dice: Dice) {}

	static async start(options: TeamOptions, dice: Dice): Promise<Team> {
		const team = new Team(options, dice);
		team.folder = await mkdtemp(join(tmpdir(), 'pinterest-jobs-team-'));
		for (let n = 0; n < options.size; n++) team.members.push(await team.hire(n));
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
			const free = await this.free();
			const aims = AIMS.filter((aim) => aim.startsWith(what) && aim.includes(' at ') === aimed);
			troubles.push(this.strike(free[worker % free.length]!, this.dice.pick(aims), forMs));
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
		return this.strike(member, aim, aim.startsWith('freeze') ? frozenMs : this.dice.between(0, 500));
	}

	private async strike(member: Member, aim: Aim, forMs: number): Promise<void> {
		member.busy = true;
		const [how = aim] = aim.split(' ');
		const happened = await member.await(aim, AIM_MS) ? aim : how;
		this.mishaps[happened] = (this.mishaps[happened] ?? 0) + 1;
		if (aim.startsWith('freeze')) {
			await sleep(forMs);
			member.process.thaw();
		} else {
			await (aim === 'end' ? member.process.end() : member.process.kill());
			await sleep(forMs);
			member.restart();
		}
		member.busy = false;
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

	/** Strikes when the aim comes along, or after a while: it is stopped before what it waits for reaches it. False when it missed. */
	async await(aim: Aim, withinMs: number): Promise<boolean> {
		const [how, , when] = aim.split(' ');
		const strike = () => this.process.signal(how === 'freeze' ? 'SIGSTOP' : how === 'kill' ? 'SIGKILL' : 'SIGTERM');
		if (when === undefined) {
			strike();
			return true;
		}
		return new Promise((resolve) => {
			const struck = (isHit: boolean) => {
				clearTimeout(timer);
				this.redis.onPermit = this.pinterest.onRequest = this.pinterest.onAnswer = null;
				strike();
				resolve(isHit);
			};
			const timer = setTimeout(() => struck(false), withinMs);
			if (when === 'permit') this.redis.onPermit = () => void struck(true);
			if (when === 'request') this.pinterest.onRequest = () => struck(true);
			if (when === 'answer') this.pinterest.onAnswer = () => struck(true);
		});
	}
}
