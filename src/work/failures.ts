import { EngineError, isEngineError } from '../errors';
import { failureGroupOf, type Cause, type FailureGroup } from '../job/failure-group';
import type { HandlingRequest } from '../job/handling';
import { APP, clientOf, type Incident } from '../job/hold';
import type { Job, QueueName } from '../job/job';
import type { Actor, Correction } from '../job/corrections';
import type { JobView } from '../job/view';
import type { CountedCause, DoublePin, JobFilter, JobPage } from '../store/contract';
import type { BulkAnswer, BulkOptions, BulkProgress, BulkRequeue, Chosen } from './bulk-requeue';
import type { Views } from './views';

interface Parts {
	/** The filter or correction with the first names of accounts. */
	named<T extends { account?: string }>(given: T): Promise<T>;
	list(filter: JobFilter): Promise<JobPage>;
	bulk: BulkRequeue;
	causes(recentAfter: number | null): Promise<CountedCause[]>;
	holds(): Promise<Incident[]>;
	doubles: { list(): Promise<DoublePin[]>; dismiss(jobId: string): Promise<boolean> };
	handle(id: string, request: HandlingRequest, actor: Actor): Promise<Job>;
	get(id: string): Promise<JobView>;
	views: Views;
}

export interface GroupFilter {
	cause?: string;
	queue?: QueueName;
	account?: string;
	client?: string;
	code?: string;
	/** Also counts those that failed, or whose snooze ended, since, epoch ms. */
	recentAfter?: number;
	/** Leaves out causes all of whose failures are snoozed. */
	awake?: boolean;
}

/** The failure queues as people work on them: by cause, one by one, or all of a cause at once. */
export class Failures {
	constructor(private readonly parts: Parts) {}

	/** Every cause with open failures, the oldest first. */
	async groups(given: GroupFilter = {}): Promise<FailureGroup[]> {
		const { recentAfter, awake = false, ...filter } = await this.parts.named(given);
		const [causes, doubles] = await Promise.all([this.parts.causes(recentAfter ?? null), this.parts.doubles.list()]);
		const groups = causes.map(({ cause, ...counts }) => failureGroupOf(cause, counts));
		const twice = doubles.map((double) => failureGroupOf(causeOf(double), { count: 1, snoozed: 0, recent: recentAfter === undefined ? null : Number(double.at >= recentAfter) }));
		const same = (name: keyof typeof filter, group: FailureGroup) => filter[name] === undefined || filter[name] === group[name];
		const wanted = [...groups, ...twice].filter(({ count, snoozed }) => !awake || snoozed < count);
		return wanted.filter((group) => (['cause', 'queue', 'account', 'client', 'code'] as const).every((name) => same(name, group)));
	}

	/** Claims, releases, notes, snoozes or resolves one: `failure_not_open`, `already_claimed`, `job_in_doubt`. */
	async handle(id: string, request: HandlingRequest, actor: Actor): Promise<JobView> {
		// A job with two Pins has succeeded: there is nothing of it to resolve but that.
		if (request.what === 'resolve' && await this.parts.doubles.dismiss(id)) return this.parts.get(id);
		return this.parts.views.of(await this.parts.handle(id, request, actor));
	}

	/** The same for every open failure of a filter; what one refuses harms no other. */
	async handleMany(filter: JobFilter, request: HandlingRequest, actor: Actor): Promise<{ handled: JobView[]; refused: { id: string; error: EngineError }[] }> {
		const done: Job[] = [], refused: { id: string; error: EngineError }[] = [];
		for (const { id } of await this.all(await this.understood({ ...filter, states: ['failed'] }))) {
			try {
				done.push(await this.parts.handle(id, request, actor));
			} catch (error) {
				if (!isEngineError(error) || error.code === 'redis_unavailable') throw error;
				refused.push({ id, error });
			}
		}
		return { handled: await this.parts.views.ofAll(done.map((job) => ({ job, existing: false }))), refused };
	}

	/** Puts failed jobs back with one correction, each under its key; what one job refuses harms no other. */
	async requeueMany(chosen: Chosen, fields: Correction, actor: Actor, options: BulkOptions = {}): Promise<BulkAnswer> {
		const which = 'ids' in chosen ? chosen : { filter: await this.understood({ ...chosen.filter, states: ['failed'] }) };
		return this.parts.bulk.run(which, await this.parts.named(fields), actor, options);
	}

	/** How far a bulk requeue is: `bulk_not_found`. */
	progress(bulk: string): Promise<BulkProgress> {
		return this.parts.bulk.progress(bulk);
	}

	/**
	 * A filter as a list understands it. One that names an incident means the jobs that wait under it or, of failed ones, those
	 * that failed while it stood; `hold_not_found` when it has ended.
	 */
	async understood(given: JobFilter): Promise<JobFilter> {
		const { incident, ...filter } = await this.parts.named(given);
		if (incident === undefined) return filter;
		const hold = (await this.parts.holds()).find(({ id }) => id === incident);
		if (!hold) throw new EngineError('hold_not_found', { message: `There is no hold ${incident}.`, hint: 'It may have ended by itself: its jobs went on then. Hold → Get Many lists those that stand.' });
		const account = hold.account === APP ? {} : clientOf(hold.account) === null ? { account: hold.account } : { accounts: hold.accounts ?? [] };
		return filter.states?.includes('failed') ? { ...filter, ...account, failedAfter: hold.since } : { ...filter, ...account, states: ['queued', 'retry_scheduled'] };
	}

	private async all(filter: JobFilter): Promise<Job[]> {
		const found: Job[] = [];
		let cursor: string | null | undefined;
		do {
			const page: JobPage = await this.parts.list({ ...filter, limit: 500, cursor: cursor ?? undefined });
			found.push(...page.jobs);
			cursor = page.cursor;
		} while (cursor);
		return found;
	}
}

function causeOf({ jobId, account, at, pinIds }: DoublePin): Cause {
	return {
		groupKey: `double_pin|${jobId}`, queue: 'ops', since: at, account, client: null, jobId, code: 'double_pin',
		message: `Pins ${pinIds.join(' and ')} belong to one job.`,
	};
}
