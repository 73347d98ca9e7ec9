import { EngineError } from '../errors';
import { isSecondPin } from '../job/corrections';
import { deadlineOf } from '../job/deadline';
import type { HoldKind } from '../job/hold';
import type { Job, LeasedJob } from '../job/job';
import type { Policy } from '../job/policy';
import type { Change } from '../job/transition';
import { Batcher } from './batcher';
import { Claims } from './claims';
import { changeFields, contentOf, docOf, forgottenOf, leasedJobOf, movesJson, recordJson, text, tombstoneOf, withClient, type Cut, type RawRecord } from './codec';
import type {
	Claim, DoublePin, EnqueueAnswer, EvidenceAnswer, Found, Held, Lane, NewJob, ReviseAnswer, Revision, SettleAnswer, Tombstone,
} from './contract';
import type { Namespace } from './namespace';
import { batch, readOwners, readRecords } from './records';
import { Watermark } from './watermark';

export type * from './contract';
export type { Lease } from '../job/job';

/** What the scripts need to know of the policy. */
export type StorePolicy = Pick<Policy, 'leaseMs' | 'boardGapMs' | 'retentionMs' | 'tombstoneMs' | 'patienceMs'> & {
	/** Holds under which not even a read is allowed. */
	holdsThatForbidReads?: readonly HoldKind[];
};

const FORBID_READS: readonly HoldKind[] = ['token_dead', 'scope_missing', 'account_mismatch', 'app_not_approved'];
/** Of thousands of accounts, one script would hold up Redis for longer than others may wait. */
const ACCOUNTS_A_CALL = 500;
/** 500 a call would be slower and hold up Redis for 10 ms. */
const ENQUEUE_BATCH = 50;
const EVIDENCE_TRIES = 10;

interface Settling {
	held: Held;
	change: Change;
}

/** The jobs of a namespace: one method a script. Every method may throw `redis_unavailable` or `namespace_newer`. */
export class JobStore {
	private readonly settling = new Batcher<Settling, SettleAnswer | Error>((items) => this.settleAll(items));
	private readonly claims: Claims;
	private readonly watermark: Watermark;
	private readonly readStops: string;

	constructor(private readonly namespace: Namespace, private readonly policy: StorePolicy) {
		this.watermark = new Watermark(namespace);
		this.claims = new Claims(namespace, policy.leaseMs);
		this.readStops = `,${(policy.holdsThatForbidReads ?? FORBID_READS).join(',')},`;
	}

	/** Puts jobs under their keys, 50 a call; one answer per job, in order. An alias that another job owns stays with it. */
	async enqueue(jobs: NewJob[]): Promise<EnqueueAnswer[]> {
		if (await this.watermark.isReached()) return jobs.map(() => ({ kind: 'full' }));
		const answers: EnqueueAnswer[] = [];
		for (let i = 0; i < jobs.length; i += ENQUEUE_BATCH) answers.push(...await this.enqueueBatch(jobs.slice(i, i + ENQUEUE_BATCH)));
		return answers;
	}

	/** The job of an id or alias; null when there is none or only its tombstone is left. */
	async get(id: string): Promise<Job | null> {
		const found = await this.find(id);
		return found.kind === 'job' ? found.job : null;
	}

	/** The jobs of these ids; aliases are not followed. */
	async getMany(ids: string[]): Promise<(Job | null)[]> {
		return readRecords(this.namespace, ids);
	}

	/** As `get`, and says whether a tombstone is left. */
	async find(id: string): Promise<Found> {
		const alias = await this.namespace.read((client) => client.get(this.namespace.key('alias', id)));
		for (const candidate of alias === null ? [id] : [id, alias]) {
			const [job] = await readRecords(this.namespace, [candidate]);
			if (job) return { kind: 'job', job };
			const tombstone = await this.tombstone(candidate);
			if (tombstone) return tombstone;
		}
		return { kind: 'missing' };
	}

	/** Which of these ids and aliases lead to a job or to what is left of one; one round trip. */
	async known(ids: string[]): Promise<boolean[]> {
		if (ids.length === 0) return [];
		const keys = ids.map((id) => (['job', 'tomb', 'alias'] as const).map((kind) => this.namespace.key(kind, id)));
		const counts = await this.namespace.read((client) => batch(client, keys.map((three) => ['exists', ...three])));
		return counts.map((count) => Number(count) > 0);
	}

	/**
	 * Leases up to `max` due jobs of one account; of lane `look` all (≤ 250) in doubt on one board of which one is due, of lane `media` any that are
	 * due. A job whose link was pinned less than `linkGapMs` ago waits for its turn. `nextAt` may be now: another call finds more.
	 */
	async claim(account: string, lane: Lane, max: number, linkGapMs = 0): Promise<Claim> {
		return this.claims.claim({ account, lane, max, linkGapMs, stops: this.stopsOf(lane) });
	}

	/** A board was read to look for Pins: it is not claimed to be read again before `gapMs` have passed. */
	async scanned(account: string, boardId: string, gapMs: number): Promise<void> {
		await this.namespace.run('scanned', [account, boardId, Math.round(gapMs)]);
	}

	/** The send permit: null when the fence moved, the lease leaves no room for the budget, a hold came up, a look is due first, or after a restart of Redis it is not known yet. */
	async beginSend(job: LeasedJob, budgetMs: number): Promise<{ sendBy: number; budgetMs: number } | null> {
		const sendBy = await this.claims.beginSend(job, budgetMs);
		return sendBy === null ? null : { sendBy, budgetMs };
	}

	/** Whether a call may leave that writes and makes no Pin; false under a hold, or when the fence moved. It is counted with those that send. */
	async beginWrite({ id, lease }: Held): Promise<boolean> {
		const [may] = await this.namespace.run<[number, string?]>('begin-write', [id, lease.fence]);
		return may === 1;
	}

	/** Applies the change with its event, hold and Pin owner, if the fence still stands. */
	async settle(job: Held, change: Change): Promise<SettleAnswer> {
		const answer = await this.settling.ask({ held: job, change });
		if (answer instanceof Error) throw answer;
		return answer;
	}

	/** Moves the ends of these leases to now + leaseMs; answers the ids whose fence moved on. */
	async extend(held: Held[]): Promise<string[]> {
		if (held.length === 0) return [];
		return this.namespace.run('extend', [this.policy.leaseMs, ...held.flatMap(({ id, lease }) => [id, lease.fence])]);
	}

	/** Puts a job back that was not sent: the attempt does not count. False when the fence moved on or a permit was given. */
	async giveBack({ id, lease }: Held): Promise<boolean> {
		const [given] = await this.namespace.run<number[]>('give-back', [id, lease.fence]);
		return given === 1;
	}

	/** Gives expired leases a new fence, ours; `lease.sendBy` says whether a permit had been given. */
	async takeOver(max: number): Promise<LeasedJob[]> {
		const [[, , careful], records] = await this.namespace.run<[[fence: string, ids: string[], careful: string[]], RawRecord[]]>('take-over', [max, this.policy.leaseMs]);
		const jobs = records.flatMap((record) => this.readable(record) ?? []);
		return jobs.map((job) => (careful.includes(job.id) ? { ...job, lease: { ...job.lease, neverResend: true } } : job));
	}

	/** Changes a job that nobody works on, if it is still as the caller saw it. */
	async revise(id: string, revision: Revision): Promise<ReviseAnswer> {
		return this.reviseAs(id, '', revision);
	}

	/**
	 * Keeps the proof that a Pin exists. `decide` says what the job becomes (`succeeded`, with `pin`), and hears whether the Pin it has
	 * is another job's by now; it may be asked again.
	 */
	async evidence(id: string, pinId: string, decide: (job: Job, isAnothers: boolean) => Change): Promise<EvidenceAnswer> {
		for (let tries = 0; tries < EVIDENCE_TRIES; tries++) {
			const job = await this.get(id);
			if (!job) return { kind: 'missing' };
			if (job.pinId === pinId) return { kind: 'known', job };
			const isAnothers = job.pinId !== null && await this.isOfAnother(job, job.pinId);
			if (job.pinId !== null && !isAnothers && isSecondPin(job, pinId)) return this.secondPin(job, job.pinId, pinId);
			const seen = { expectedRevision: job.revision, expectedSeq: job.seq, change: decide(job, isAnothers), aliases: [] };
			const answer = await this.reviseAs(job.id, job.lease?.fence ?? '', seen);
			if (answer.kind === 'revised') return { ...answer, kind: 'accepted' };
		}
		throw new EngineError('revision_moved', { jobId: id, pinId, message: `Job ${id} changed too often to keep the evidence of Pin ${pinId}.` });
	}

	/** Two Pins of one job, for ops. */
	async doublePins(): Promise<DoublePin[]> {
		const stored = await this.namespace.read((client) => client.hvals(this.namespace.key('doubles')));
		return stored.map((json) => JSON.parse(json) as DoublePin);
	}

	/** False when there was none. */
	async dismissDoublePin(jobId: string): Promise<boolean> {
		const [dismissed] = await this.namespace.run<number[]>('dismiss-double-pin', [jobId]);
		return dismissed === 1;
	}

	/** Jobs whose adopted Pin turned out to be another job's: `revise` them back to reconcile. */
	async displaced(max: number): Promise<Job[]> {
		const ids = await this.namespace.read((client) => client.srandmember(this.namespace.key('displaced'), max));
		return (await this.getMany(ids)).filter((job) => job !== null);
	}

	/** When each account's next job of the lane may be claimed; accounts without one, or under an open-ended hold, are absent. */
	async nextDue(accounts: string[], lane: Lane): Promise<Map<string, number>> {
		const nextAt = new Map<string, number>();
		for (let i = 0; i < accounts.length; i += ACCOUNTS_A_CALL) {
			const flat = await this.namespace.query<(string | number)[]>('next-due', [lane, this.stopsOf(lane), ...accounts.slice(i, i + ACCOUNTS_A_CALL)]);
			flat.forEach((account, n) => { if (n % 2 === 0) nextAt.set(String(account), Number(flat[n + 1])); });
		}
		return nextAt;
	}

	/** Which of these Pins belong to a job, and to which; `BURIED` when that is past its keeping. */
	async owners(pinIds: string[]): Promise<Map<string, string>> {
		return readOwners(this.namespace, pinIds);
	}

	/** Turns records past their retention into tombstones; answers how many, at most `max`. */
	async purge(max: number): Promise<number> {
		const before = this.namespace.now() - this.policy.retentionMs;
		const [count] = await this.namespace.run<number[]>('purge', [before, max, this.policy.tombstoneMs]);
		return count ?? 0;
	}

	private record(job: Job, more: Record<string, unknown>): string {
		return recordJson(job, { ends: this.endsOf(job), ...more });
	}

	private endsOf(job: Job): string {
		return text(deadlineOf(job, this.policy));
	}

	private stopsOf(lane: Lane): string {
		// To hand a video over is a write.
		return lane === 'look' ? this.readStops : '';
	}

	private async enqueueBatch(jobs: NewJob[]): Promise<EnqueueAnswer[]> {
		const args = jobs.flatMap(({ job, aliases }) => [this.record(job, { aliases, event: 'job.queued' }), docOf(job), contentOf(job)]);
		const answers = await this.namespace.run<[kind: string, id: string, client?: string][]>('enqueue', args);
		const known = answers.flatMap(([kind, id]) => (kind === 'existing' ? [id] : []));
		const records = new Map((await this.getMany(known)).flatMap((job) => (job ? [[job.id, job] as const] : [])));
		return Promise.all(answers.map(async ([kind, id, client], i) => {
			if (kind === 'created') return { kind, job: withClient((jobs[i] as NewJob).job, client) };
			if (kind === 'media_missing') return { kind };
			if (kind === 'renamed') return { kind, account: id };
			const job = records.get(id);
			return job ? { kind: 'existing' as const, job } : this.remains(id);
		}));
	}

	private async remains(id: string): Promise<EnqueueAnswer> {
		const found = await this.find(id);
		if (found.kind === 'missing') throw new Error(`Job ${id} is neither there nor a tombstone.`);
		return found.kind === 'job' ? { kind: 'existing', job: found.job } : found;
	}

	/** What cannot be read must not keep those beside it from being read. */
	private readable(record: RawRecord): LeasedJob | null {
		try {
			return leasedJobOf(record);
		} catch (error) {
			this.namespace.options.log?.({ level: 'error', event: 'record.unreadable', job: record[0], message: String(error) });
			return null;
		}
	}

	private async tombstone(id: string): Promise<Tombstone | null> {
		const left = await this.namespace.read((client) => client.get(this.namespace.key('tomb', id)));
		return left === null ? null : tombstoneOf(id, left);
	}

	private async settleAll(items: Settling[]): Promise<(SettleAnswer | Error)[]> {
		const args = items.flatMap(({ held, change }) => [
			movesJson(change.job, { ends: this.endsOf(change.job), ...changeFields(change), owned: held.lease.fence }), docOf(change.job),
		]);
		const answers = await this.namespace.run<[string, string][]>('settle', [this.policy.boardGapMs, ...args]);
		return answers.map(([kind, id], i) => settled(kind, id, items[i] as Settling));
	}

	private async reviseAs(id: string, fence: string, { expectedRevision, expectedSeq, change, aliases, unasked, renamed }: Revision): Promise<ReviseAnswer> {
		const fields = this.record(change.job, { ...changeFields(change), owned: fence, aliases, unasked: unasked ? '1' : '', renamed: renamed ? '1' : '' });
		const args = [fields, docOf(change.job), contentOf(change.job), expectedRevision, expectedSeq];
		const [kind, other] = await this.namespace.run<[string, string] | ['in_doubt', Cut]>('revise', args);
		if (kind === 'in_doubt') return { kind, cut: forgottenOf(other as Cut) };
		if (kind === 'revised') return { kind, job: change.job, displaced: other || null };
		if (kind === 'owned') return { kind, by: other };
		if (kind === 'contested') return { kind, owner: other || null };
		if (kind === 'media_missing') return { kind };
		const job = kind === 'moved' ? await this.get(id) : null;
		return job ? { kind: 'moved', job } : { kind: 'missing' };
	}

	private async isOfAnother(job: Job, pinId: string): Promise<boolean> {
		const owner = (await this.owners([pinId])).get(pinId);
		return owner !== undefined && owner !== job.id;
	}

	private async secondPin(job: Job, firstPin: string, pinId: string): Promise<EvidenceAnswer> {
		const double = {
			jobId: job.id, account: job.account, pinIds: [firstPin, pinId], at: this.namespace.now(),
			code: 'double_pin', queue: 'ops', groupKey: `double_pin|${job.id}`,
		};
		const [, displaced] = await this.namespace.run<[number, string]>('double-pin', [job.id, job.account, pinId, JSON.stringify(double), this.policy.retentionMs + this.policy.tombstoneMs]);
		return { kind: 'double', job, pinIds: double.pinIds, displaced: displaced || null };
	}
}

/** An error is that of one job alone: the others of the call are settled. */
function settled(kind: string, other: string, { held }: Settling): SettleAnswer | Error {
	if (kind === 'settled') return { kind, displaced: other || null };
	if (kind === 'contested') return { kind, owner: other || null };
	if (kind === 'lease_lost') return { kind };
	return new Error(`The change of job ${held.id} does not follow from its record (${other}).`);
}
