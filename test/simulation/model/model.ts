import { isSecondPin } from '../../../src/job/corrections';
import type { HoldKind } from '../../../src/job/hold';
import type { Job, LeasedJob, Lease } from '../../../src/job/job';
import { couldBeTwins, naturalKey } from '../../../src/job/natural-key';
import type { Policy } from '../../../src/job/policy';
import type { Change } from '../../../src/job/transition';
import type { EvidenceAnswer, Lane, NewJob } from '../../../src/store/contract';
import { Holds } from './holds';
import { imagesOf, Images } from './images';
import { Memory } from './memory';
import { Pins } from './pins';

/** A job as the model has it. */
export interface Known {
	job: Job;
	lease: Lease | null;
	/** Claimed while acknowledged writes might be gone: its owner looks before it sends. */
	looked: boolean;
}

/** What must be the answer, as far as it can be foretold. */
export interface Expected {
	kind: string;
	other: string | null;
}

const IMAGE_IDLE_MS = 3_600_000;
const FORBID_READS: readonly HoldKind[] = ['token_dead', 'scope_missing', 'account_mismatch', 'app_not_approved'];

/** A board that is being read is left alone for so many leases. */
const SCAN_LEASES = 3;

/** What the scripts promise, in plain TypeScript and without an index: every question is answered by looking at all jobs. */
export class Model {
	now = 0;
	readonly jobs = new Map<string, Known>();
	readonly aliases = new Map<string, string>();
	readonly pins = new Pins((id) => this.jobs.has(id));
	readonly doubles = new Set<string>();
	readonly holds = new Holds();
	readonly caps = new Map<string, number>();
	/** Ids of records that are past their keeping. */
	readonly tombs = new Set<string>();
	readonly images = new Images(IMAGE_IDLE_MS, (sha256) => [...this.jobs.values()].some(({ job }) => imagesOf(job).includes(sha256)));
	/** Type and number of each event of a job. */
	readonly events = new Map<string, string[]>();
	private readonly gaps = new Map<string, number>();
	private readonly scans = new Map<string, number>();
	readonly memory: Memory;

	constructor(readonly policy: Policy) {
		this.memory = new Memory(policy.horizonMs);
	}

	known(id: string): Known | null {
		return this.jobs.get(this.jobs.has(id) ? id : this.aliases.get(id) ?? '') ?? null;
	}

	/** The job or tombstone that a key leads to. */
	private ownerOf(key: string): string | null {
		return this.jobs.has(key) || this.tombs.has(key) ? key : this.aliases.get(key) ?? null;
	}

	/** A script has changed something. */
	writes(): void {
		this.memory.written(this.now);
	}

	get isQuarantined(): boolean {
		return this.memory.isQuarantined(this.now);
	}

	restart(): void {
		this.memory.restarted(this.now);
	}

	private get pendingMs(): number {
		return this.memory.pendingMs(this.now);
	}

	enqueue({ job, aliases }: NewJob): Expected {
		const owner = this.ownerOf(job.id);
		if (owner !== null) return { kind: this.tombs.has(owner) ? 'tombstone' : 'existing', other: owner };
		const images = imagesOf(job);
		if (!images.every((sha256) => this.images.has(sha256))) return { kind: 'media_missing', other: null };
		this.jobs.set(job.id, { job, lease: null, looked: false });
		this.images.moved([], images);
		for (const alias of aliases) if (this.ownerOf(alias) === null) this.aliases.set(alias, job.id);
		this.tell(job, 'job.queued');
		return { kind: 'created', other: job.id };
	}

	/** Which jobs a claim must give, and when the next one is due; null when nothing or only a release can tell. */
	claimable(account: string, lane: Lane, max: number): { ids: string[]; nextAt: number | null } {
		const heldUntil = this.holds.until(account, lane === 'look' ? FORBID_READS : null);
		if (heldUntil > this.now) return { ids: [], nextAt: heldUntil === Infinity ? null : heldUntil };
		if (lane !== 'look' && this.pendingMs > 0) return { ids: [], nextAt: this.now + this.pendingMs };
		const boards = this.boards(account, lane);
		const due = boards.filter(({ from }) => from <= this.now);
		const running = this.running(account).length;
		const room = Math.max(0, Math.min(max, (this.caps.get(account) ?? Infinity) - running));
		if (lane === 'media' || lane === 'upload') return this.claimableSteps(account, lane, max);
		const ids = lane === 'publish'
			? due.slice(0, room).map(({ jobs }) => jobs[0]!.id)
			: (due[0]?.jobs ?? []).slice(0, max).map(({ id }) => id);
		return { ids, nextAt: this.afterClaim(boards, ids, lane) };
	}

	/** The due steps of videos: of each board in turn the one that is due the longest. */
	private claimableSteps(account: string, lane: Lane, max: number): { ids: string[]; nextAt: number | null } {
		const boards = this.boards(account, lane), ids: string[] = [];
		for (;;) {
			const left = boards.filter(({ jobs }) => jobs.length > 0).sort((a, b) => a.jobs[0]!.dueAt! - b.jobs[0]!.dueAt! || (a.board < b.board ? -1 : 1));
			const dueAt = left[0]?.jobs[0]!.dueAt ?? null;
			if (dueAt === null || dueAt > this.now || ids.length === max) return { ids, nextAt: dueAt };
			ids.push(left[0]!.jobs.shift()!.id);
		}
	}

	claimed(lane: Lane, leases: Map<string, Lease>): void {
		for (const [id, lease] of leases) {
			const known = this.jobs.get(id)!;
			known.lease = lease;
			known.looked = this.isQuarantined;
			const { job } = known;
			if (lane === 'look') this.scans.set(`${job.account} ${job.content.boardId}`, this.now + SCAN_LEASES * this.policy.leaseMs);
			if (lane !== 'publish') continue;
			known.job = { ...job, state: 'running', phase: null, startedAt: this.now, attempts: job.attempts + 1, seq: job.seq + 1 };
			this.tell(known.job, 'job.running');
		}
	}

	/** Why the permit is refused; null when it is given. */
	permitRefusal({ id, lease, revision }: LeasedJob, budgetMs: number): string | null {
		const known = this.jobs.get(id);
		if (!known || known.lease?.fence !== lease.fence || known.job.state !== 'running') return 'lease_lost';
		if (known.lease.sendBy !== null) return 'given';
		if (known.job.revision !== revision) return 'revised';
		if (this.now + budgetMs > known.lease.until) return 'no_room';
		if (this.holds.until(known.job.account, null) > this.now) return 'held';
		if (this.pendingMs > 0) return 'pending';
		return this.isQuarantined && !known.looked ? 'look_first' : null;
	}

	permitted(id: string, sendBy: number): void {
		const known = this.jobs.get(id)!;
		known.lease = { ...known.lease!, sendBy };
	}

	settle(held: LeasedJob, change: Change): Expected {
		const known = this.jobs.get(held.id);
		if (!known || known.lease?.fence !== held.lease.fence) return { kind: 'lease_lost', other: null };
		const refusal = this.adoptionRefusal(change);
		if (refusal !== null) return { kind: 'contested', other: refusal || null };
		return { kind: 'settled', other: this.apply(known, change, this.policy.boardGapMs) };
	}

	revise(id: string, seen: Job, fence: string | null, change: Change, aliases: string[], unasked = false): Expected {
		const known = this.jobs.get(id);
		if (!known) return { kind: 'missing', other: null };
		const { job, lease } = known;
		const asSeen = job.revision === seen.revision && job.seq === seen.seq && (lease?.fence ?? null) === fence && job.state === change.from && job.edits === change.fromEdits;
		if (!asSeen) return { kind: 'moved', other: null };
		if (job.state === 'succeeded' && change.job.state !== 'succeeded' && this.pins.ownerOf(job.pinId) === id) return { kind: 'moved', other: null };
		if (this.memory.denies(job, change, unasked, this.now)) return { kind: 'in_doubt', other: null };
		const owner = aliases.map((alias) => this.ownerOf(alias)).find((other) => other !== null && other !== id);
		if (owner) return { kind: 'owned', other: owner };
		const refusal = this.adoptionRefusal(change);
		if (refusal !== null) return { kind: 'contested', other: refusal || null };
		const images = imagesOf(change.job);
		const looks = change.job.state === 'retry_scheduled' && change.job.phase === 'reconcile';
		const others = images.join() !== imagesOf(job).join();
		if (others && !looks && !images.every((sha256) => this.images.has(sha256))) return { kind: 'media_missing', other: null };
		for (const alias of aliases) if (alias !== id) this.aliases.set(alias, id);
		return { kind: 'revised', other: this.apply(known, change, 0) };
	}

	/** `decide` says what late proof makes of a job without a Pin of its own. */
	evidence(id: string, pinId: string, decide: (job: Job, isAnothers: boolean) => Change): EvidenceAnswer['kind'] {
		const known = this.known(id);
		if (!known) return 'missing';
		const { job, lease } = known;
		if (job.pinId === pinId) return 'known';
		const isAnothers = this.pins.isAnothers(job);
		if (!isAnothers && isSecondPin(job, pinId)) {
			// Who has dealt with it is not told again.
			const owner = this.pins.owners.get(pinId);
			if (owner?.id === job.id && owner.by === 'answer') return 'double';
			this.pins.own(job.id, { id: pinId, by: 'answer' });
			this.doubles.add(job.id);
			this.writes();
			return 'double';
		}
		const answer = this.revise(job.id, job, lease?.fence ?? null, decide({ ...job, lease }, isAnothers), []);
		return answer.kind === 'revised' ? 'accepted' : 'missing';
	}

	giveBack({ id, lease }: LeasedJob): boolean {
		const known = this.jobs.get(id);
		if (!known || known.lease?.fence !== lease.fence || known.lease.sendBy !== null) return false;
		const { job } = known;
		if (job.state === 'running') known.job = { ...job, state: 'queued', phase: null, startedAt: null, attempts: job.attempts - 1 };
		known.lease = null;
		known.looked = false;
		return true;
	}

	/** Who is taken over next, in the order in which the leases ran out. */
	expired(max: number): string[] {
		return [...this.jobs.values()]
			.filter(({ lease }) => lease !== null && lease.until < this.now)
			.sort((a, b) => a.lease!.until - b.lease!.until || (a.job.id < b.job.id ? -1 : 1))
			.slice(0, max).map(({ job }) => job.id);
	}

	/** The ids whose records are past their keeping, the oldest end first. */
	purge(max: number): string[] {
		const before = this.now - this.policy.retentionMs;
		const isOver = ({ state, queue, finishedAt }: Job) => ['succeeded', 'canceled', 'failed'].includes(state) && queue === null && finishedAt! <= before;
		const over = [...this.jobs.values()].map(({ job }) => job).filter(isOver).sort((a, b) => a.finishedAt! - b.finishedAt! || (a.id < b.id ? -1 : 1));
		return over.slice(0, max).map((job) => {
			this.pins.bury(job);
			for (const kept of [this.jobs, this.doubles]) kept.delete(job.id);
			this.tombs.add(job.id);
			return job.id;
		});
	}

	/** Which accounts are held because nobody served them for this long. */
	watch(accounts: readonly string[], staleMs: number): { names: string[]; opened: boolean } {
		return this.holds.watch(accounts, this.now - staleMs, (account) => this.waits(account));
	}

	private waits(account: string): boolean {
		return [...this.jobs.values()].some(({ job }) => job.account === account && ['queued', 'retry_scheduled'].includes(job.state));
	}

	private tell({ id, seq }: Job, type: string): void {
		this.events.set(id, [...this.events.get(id) ?? [], `${type} ${seq}`]);
	}

	private running(account: string): Job[] {
		return [...this.jobs.values()].filter(({ job }) => job.state === 'running' && job.account === account).map(({ job }) => job);
	}

	/** The account's boards with waiting jobs, the first to start first. */
	private boards(account: string, lane: Lane): { board: string; from: number; jobs: Job[] }[] {
		const waiting = [...this.jobs.values()].filter(({ job, lease }) => job.account === account && lease === null && laneOf(job) === lane).map(({ job }) => job);
		const busy = lane === 'publish' ? this.running(account).map(({ content }) => content.boardId) : [];
		const boards = [...new Set(waiting.map(({ content }) => content.boardId))].filter((board) => !busy.includes(board));
		return boards.map((board) => {
			// Those due together stay in the order of the map, in which they came in.
			const jobs = waiting.filter(({ content }) => content.boardId === board).sort((a, b) => a.dueAt! - b.dueAt!);
			const gap = lane === 'media' || lane === 'upload' ? 0 : (lane === 'publish' ? this.gaps : this.scans).get(`${account} ${board}`) ?? 0;
			return { board, jobs, from: Math.max(jobs[0]!.dueAt!, gap) };
		}).sort((a, b) => a.from - b.from || (a.board < b.board ? -1 : 1));
	}

	private afterClaim(boards: { from: number; jobs: Job[] }[], ids: string[], lane: Lane): number | null {
		const left = boards.flatMap(({ from, jobs }) => {
			const rest = jobs.filter(({ id }) => !ids.includes(id));
			if (rest.length === jobs.length) return [from];
			return lane === 'look' && rest.length > 0 ? [Math.max(rest[0]!.dueAt!, this.now + SCAN_LEASES * this.policy.leaseMs)] : [];
		});
		return left.length === 0 ? null : Math.min(...left);
	}

	/** The owner of the Pin a change would adopt, or '' for a twin whose Pin it might be; null when nothing is in the way. */
	private adoptionRefusal({ job, pin }: Change): string | null {
		if (pin?.by !== 'adopted') return null;
		const owner = this.pins.ownerOf(pin.id);
		if (owner !== null && owner !== job.id) return owner;
		const stands = [...this.jobs.values()].filter(({ job: other, lease }) =>
			other.id !== job.id && other.account === job.account && other.content.boardId === job.content.boardId
			&& ((lease !== null && lease.sendBy !== null) || (pin.alike === true && other.inDoubt !== null)));
		return stands.some(({ job: other }) => couldBeTwins(naturalKey(other), naturalKey(job))) ? '' : null;
	}

	/** Answers the job that loses its Pin. */
	private apply(known: Known, { job, event, hold, pin }: Change, gapMs: number): string | null {
		const { job: old, lease } = known;
		if (lease?.sendBy != null && old.state === 'running') this.gaps.set(`${old.account} ${old.content.boardId}`, this.now + gapMs);
		Object.assign(known, { job: { ...job, lease: null }, lease: null, looked: false });
		this.images.moved(imagesOf(old), imagesOf(job));
		if (old.pinId !== null && old.pinId !== job.pinId) this.pins.leave(old);
		const loser = pin ? this.pins.own(job.id, pin) : null;
		if (event !== null) this.tell(job, event);
		if (hold) this.holds.open(hold);
		return loser;
	}
}

function laneOf({ state, phase, upload }: Job): Lane | null {
	if (state !== 'queued' && state !== 'retry_scheduled') return null;
	if (phase === 'media') return upload === null ? 'upload' : 'media';
	return phase === 'reconcile' ? 'look' : 'publish';
}
