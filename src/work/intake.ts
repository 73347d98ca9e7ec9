import { EngineError, isEngineError } from '../errors';
import { differingFields } from '../job/idempotency';
import type { Job } from '../job/job';
import { hashesOf } from '../job/media';
import type { Policy } from '../job/policy';
import { refusalOf } from '../job/preflight';
import { newJob, parseRequest, type ParsedRequest, type PublishRequest } from '../job/request';
import type { JobView } from '../job/view';
import type { EnqueueAnswer, NewJob } from '../store/contract';
import type { World } from './contract';
import type { Checks, FirstLook } from './first-look';
import type { Views } from './views';

/** Per item, in the order given: an accepted job, or the error of that item alone. */
export type EnqueueResult = { ok: true; job: JobView } | { ok: false; error: EngineError };

export interface EnqueueOptions {
	/** What to do when the key names a waiting job with other content: refuse (default), or make it the next revision. */
	whenWaiting?: 'error' | 'update';
	by?: string | null;
	/**
	 * What is looked at first, unless the key is known: boards and sections that are not there, and media of which it is proven that Pinterest cannot
	 * take it, are refused (`preflight_failed`). Waits up to 5 s for a fresh list of boards, and up to 15 s for the addresses of images and videos;
	 * of what could not be told in that time the job has a warning.
	 */
	check?: Checks;
	/**
	 * The bytes of an image, by their sha256; null when the caller does not have them. Asked for when the last job that shared an image
	 * ended after `putMedia` and before this call: the image is kept anew and the item is enqueued once more.
	 */
	bytesOf?(sha256: string): Promise<Buffer | null>;
}

interface Parts {
	store: { enqueue(jobs: NewJob[]): Promise<EnqueueAnswer[]>; known(ids: string[]): Promise<boolean[]> };
	/** Keeps the bytes of an image under their hash. */
	putMedia(sha256: string, bytes: Buffer): Promise<unknown>;
	/** Opens `no_worker` for accounts of these that nobody serves. */
	holdUnserved(accounts: string[]): Promise<void>;
	/** The names under which everything of these accounts is kept. */
	firstNames(accounts: string[]): Promise<string[]>;
	firstLook: Pick<FirstLook, 'of'>;
	/** Makes the request the next revision of a waiting job. */
	update(job: Job, request: ParsedRequest, by: string | null): Promise<Job>;
	views: Views;
	policy: Policy;
	world: World;
}

interface Item { request: ParsedRequest; made: NewJob }
interface Answered extends Item { answer: Exclude<EnqueueAnswer, { kind: 'renamed' }> }
/** `late` is what it would be, were its time not over. */
type Parsed = Item | { error: EngineError; late?: Item };
type Taken = { job: Job; existing: boolean } | { error: EngineError };

/** Puts jobs under their keys: a request that came before is answered with the job as it stands. */
export class Intake {
	constructor(private readonly parts: Parts) {}

	/** One result per request, in order. Throws only when the whole call cannot be served (`redis_unavailable`). */
	async enqueue(requests: PublishRequest[], options: EnqueueOptions): Promise<EnqueueResult[]> {
		const given = await this.lateButKnown(requests.map((request) => this.parse(request)));
		const { check } = options;
		const parsed = check?.boards || check?.media ? await this.lookedOver(given, check) : given;
		const taken = await this.takeAll(parsed.filter((one) => 'made' in one), options);
		return this.shown(parsed.map((one) => ('error' in one ? one : taken.shift()!)));
	}

	/** Refuses what is proven to fail, and warns of what nobody could tell. */
	private async lookedOver(parsed: Parsed[], check: Checks): Promise<Parsed[]> {
		const items = await this.firstNamed(parsed.filter((one) => 'made' in one));
		const found = await this.parts.firstLook.of(items.map(({ made }) => made.job), check);
		return parsed.map((one) => {
			if ('error' in one) return one;
			const item = items.shift()!, { problems, warnings } = found.shift()!, error = refusalOf(problems);
			return error ? { error } : warned(item, warnings);
		});
	}

	private async firstNamed(items: Item[]): Promise<Item[]> {
		const names = await this.parts.firstNames(items.map(({ request }) => request.account));
		return items.map((item, i) => (names[i] === item.request.account ? item : this.made({ ...item.request, account: names[i]! })));
	}

	/** Whether each request's key names a job, or what is left of one; false for a request that would be refused. */
	async known(requests: PublishRequest[]): Promise<boolean[]> {
		const parsed = (await this.lateButKnown(requests.map((request) => this.parse(request)))).map((one) => ('made' in one ? one : null));
		const known = await this.areKnown(parsed.filter((one) => one !== null));
		return parsed.map((one) => one !== null && known.shift()!);
	}

	/** A sheet may run again after its Pins are out, and past their Publish Before: what has its job already is answered with it. */
	private async lateButKnown(parsed: Parsed[]): Promise<Parsed[]> {
		const known = await this.areKnown(parsed.flatMap((one) => ('error' in one && one.late ? [one.late] : [])));
		return parsed.map((one) => ('error' in one && one.late && known.shift()! ? one.late : one));
	}

	private async areKnown(items: Item[]): Promise<boolean[]> {
		if (items.length === 0) return [];
		return this.parts.store.known((await this.firstNamed(items)).map(({ made }) => made.job.id));
	}

	/** An image may go again while it is put back, but a caller whose image goes every time does something else wrong. */
	private async takeAll(items: Item[], options: EnqueueOptions, tries = MEDIA_TRIES): Promise<Taken[]> {
		const answered = await this.ask(items);
		await this.parts.holdUnserved([...new Set(answered.map(({ made }) => made.job.account))]);
		const taken: Taken[] = [];
		for (const one of answered) taken.push(await this.take(one, options));
		const restored = tries > 1 ? await this.restored(items.filter((_, i) => lacksMedia(taken[i]!)), options) : [];
		if (restored.length === 0) return taken;
		const again = await this.takeAll(restored, options, tries - 1);
		const byItem = new Map(restored.map((item, i) => [item, again[i]!]));
		return taken.map((one, i) => byItem.get(items[i]!) ?? one);
	}

	/** Of these items those of whose images the caller could give some once more: the others of a carousel may be there still. */
	private async restored(items: Item[], { bytesOf }: EnqueueOptions): Promise<Item[]> {
		const kept = new Set<string>();
		for (const sha256 of new Set(items.flatMap(neededBy))) {
			const bytes = await bytesOf?.(sha256);
			if (bytes && await this.put(sha256, bytes)) kept.add(sha256);
		}
		return items.filter((item) => neededBy(item).some((sha256) => kept.has(sha256)));
	}

	/** False when there is no room any more: that is the item's trouble, the others are accepted. */
	private async put(sha256: string, bytes: Buffer): Promise<boolean> {
		try {
			await this.parts.putMedia(sha256, bytes);
			return true;
		} catch (error) {
			if (isEngineError(error) && error.code === 'namespace_full') return false;
			throw error;
		}
	}

	/** Those for a further name of an account are made anew under its first one, so that both names give the same key. */
	private async ask(items: Item[]): Promise<Answered[]> {
		if (items.length === 0) return [];
		const answers = await this.parts.store.enqueue(items.map(({ made }) => made));
		const again = await this.ask(items.flatMap(({ request }, i) => {
			const answer = answers[i]!;
			return answer.kind === 'renamed' ? [this.made({ ...request, account: answer.account })] : [];
		}));
		return items.map((item, i) => {
			const answer = answers[i]!;
			return answer.kind === 'renamed' ? again.shift()! : { ...item, answer };
		});
	}

	private parse(raw: PublishRequest): Parsed {
		const now = this.parts.world.now();
		const parsed = parseRequest(raw, now);
		if (!parsed.ok) return { error: parsed.error, ...(parsed.late && { late: this.made(parsed.late, now) }) };
		return this.made(parsed.request, now);
	}

	private made(request: ParsedRequest, now = this.parts.world.now()): Item {
		return { request, made: newJob(request, now, this.parts.policy) };
	}

	private async take({ request, made, answer }: Answered, options: EnqueueOptions): Promise<Taken> {
		switch (answer.kind) {
			case 'created': return { job: answer.job, existing: false };
			case 'existing': return this.meet(request, made.job, answer.job, options);
			// The record is past its keeping; the key still says what became of it, and nothing is sent again.
			case 'tombstone': return { job: { ...made.job, id: answer.id, state: answer.state, pinId: answer.pinId, mayExist: answer.mayExist, dueAt: null }, existing: true };
			case 'media_missing': return { error: new EngineError('media_missing', { hint: 'Run the node again: it uploads the image again.' }) };
			case 'full': return { error: new EngineError('namespace_full', { hint: 'Give Redis more memory, or let finished jobs be purged sooner. Nothing was enqueued for this item.' }) };
		}
	}

	/** The key is known: the same content is the same job; other content is a conflict, or an update when asked for. */
	private async meet(request: ParsedRequest, fresh: Job, known: Job, options: EnqueueOptions): Promise<Taken> {
		const fields = differingFields(known, fresh);
		if (fields.length === 0) return { job: known, existing: true };
		if (options.whenWaiting !== 'update') return { error: conflict(known, fields) };
		try {
			return { job: await this.parts.update(known, { ...request, client: request.client ?? known.client }, options.by ?? null), existing: true };
		} catch (error) {
			if (error instanceof EngineError) return { error };
			throw error;
		}
	}

	private async shown(taken: Taken[]): Promise<EnqueueResult[]> {
		const jobs = taken.filter((one) => 'job' in one);
		const views = await this.parts.views.ofAll(jobs);
		let next = 0;
		return taken.map((one) => ('error' in one ? { ok: false, error: one.error } : { ok: true, job: views[next++]! }));
	}
}

function warned({ request, made }: Item, more: string[]): Item {
	const warnings = [...request.warnings, ...more];
	return { request: { ...request, warnings }, made: { ...made, job: { ...made.job, warnings } } };
}

const MEDIA_TRIES = 3;

function lacksMedia(taken: Taken): boolean {
	return 'error' in taken && taken.error.code === 'media_missing';
}

const neededBy = ({ request }: Item): string[] => hashesOf(request.content.media);

function conflict(known: Job, fields: string[]): EngineError {
	return new EngineError('idempotency_conflict', {
		jobId: known.id, fields,
		message: `Job ${known.id} was enqueued under this key with another ${fields.join(', ')}.`,
		hint: 'Use Pinterest Requeue or Update to change that job, or give this Pin another Source Record ID.',
	});
}
