import { ourFailure } from '../../src/job/classify';
import { requeue } from '../../src/job/corrections';
import type { Evidence, LeasedJob } from '../../src/job/job';
import type { Outcome } from '../../src/job/outcome';
import { newJob, parseRequest } from '../../src/job/request';
import { transition } from '../../src/job/transition';
import { eventOf, jobOf } from '../../src/store/codec';
import { policy, StoreWorld } from '../integration/store/store-world';
import { Dice } from '../support/dice';
import type { History, Pin } from '../support/history';
import { PermitRecorder, type Permit } from '../support/permits';
import { serverUrlOf } from '../support/redis';
import { snapshotOf } from '../support/snapshot';

/** The content that `first` and its twin have in common, and that of the job that fails. */
export const [SAME, OTHER] = ['https://shop.example/same', 'https://shop.example/other'];

/** Jobs of an account of their own that all fail once in the same second. */
const MANY = 24;

/** `createdAt` is the store's; all else names itself. */
interface Wanted {
	key: string;
	link: string;
	boardId: string;
	account?: string;
}

/**
 * A short run on a real Redis that keeps every promise: `first` is published at its second attempt, after a hold; the Pin of
 * its `twin` is found by looking; `wrong` fails for its board; `mended` does too, once its first worker was lost, and is
 * requeued with another board; `again` is in doubt until its Pin has proven absent; the many fail together and are published;
 * `late` belongs to an account of its own, and so does `held`, which waits.
 */
export async function soundHistory(): Promise<History> {
	const world = new StoreWorld();
	const recorder = await PermitRecorder.of(await serverUrlOf(world.name), world.name);
	try {
		return await new Run(world, recorder).history();
	} finally {
		recorder.stop();
		await world.end();
	}
}

class Run {
	private readonly permits: Permit[] = [];
	private readonly pins: Pin[] = [];
	private readonly snapshots: History['snapshots'] = [];
	private readonly limited: NonNullable<History['limited']> = [];
	private readonly ids = new Map<string, string>();
	private readonly groups = new Map<string, string>();
	private readonly dice = new Dice(1);

	constructor(private readonly world: StoreWorld, private readonly recorder: PermitRecorder) {}

	async history(): Promise<History> {
		const { world } = this;
		for (const wanted of [{ key: 'first', link: SAME!, boardId: '1' }, { key: 'twin', link: SAME!, boardId: '1' }, { key: 'wrong', link: OTHER!, boardId: '2' }]) {
			await this.enqueue(wanted);
			world.time += 100;
		}
		await this.attempt(this.slowDown(5000));
		await this.snapshot();
		world.time += 10_000;
		await world.holds.releaseExpired();
		await this.attempt(() => ({ kind: 'refused', failure: ourFailure('board_not_found') }));
		await this.attempt(() => ({ kind: 'unknown', failure: ourFailure('response_timeout') }), '12');
		world.time += 100_000;
		await this.attempt(published('11'), '11');
		await this.look({ kind: 'found', pinId: '12', pinUrl: null, evidence: this.seen(1) });
		await this.mend();
		await this.sendAgain();
		await this.sendMany();
		await this.enqueue({ key: 'late', link: 'https://shop.example/late', boardId: '9', account: 'late' });
		await this.attempt(published('14'), '14', 'late');
		await this.enqueue({ key: 'held', link: 'https://shop.example/held', boardId: '9', account: 'held' });
		await world.holds.open({ account: 'held', kind: 'paused', until: null, code: 'paused', message: 'By hand.' });
		await this.snapshot();
		await this.recorder.caughtUp();
		return this.told();
	}

	private async enqueue({ key, link, boardId, account = 'acme' }: Wanted): Promise<void> {
		const { world } = this;
		const media = { kind: 'image_url', url: `${link}.jpg` } as const;
		const parsed = parseRequest({ account, boardId, link, key, title: 'A hat', media }, world.time);
		if (!parsed.ok) throw parsed.error;
		const made = newJob(parsed.request, world.time, policy);
		await world.jobs.enqueue([made]);
		this.ids.set(key, made.job.id);
		this.groups.set(key, link);
	}

	/** A 429 that tells how long to wait. */
	private slowDown(waitMs: number): () => Outcome {
		return () => {
			const failure = ourFailure('rate_limited');
			this.limited.push({ account: 'acme', requestId: 'r-429', at: this.world.time, resetAt: this.world.time + waitMs });
			return { kind: 'refused', failure: { ...failure, facts: { ...failure.facts, waitMs, requestId: 'r-429', httpStatus: 429 } } };
		};
	}

	/** A lost worker, a second one that comes too late with its fence, a failure, and a correction by a person. */
	private async mend(): Promise<void> {
		const { world } = this;
		await this.enqueue({ key: 'mended', link: 'https://shop.example/mended', boardId: '3' });
		const lost = await world.claimed();
		world.time += policy.leaseMs + 1;
		await this.snapshot();
		const [taken] = await world.jobs.takeOver(10);
		await this.settle(taken!, { kind: 'lease_lost', afterPermit: false, sendBy: null });
		if (await world.jobs.giveBack(lost)) throw new Error('An old fence gave a job back.');
		await this.attempt(() => ({ kind: 'refused', failure: ourFailure('board_not_found') }));
		const failed = (await world.jobs.get(lost.id))!;
		const decided = requeue(failed, { boardId: '4' }, { by: 'Ann' }, world.time, policy);
		if (!('change' in decided)) throw decided;
		await world.jobs.revise(failed.id, { expectedRevision: 1, expectedSeq: failed.seq, ...decided });
		await this.attempt(published('13'), '13');
	}

	/** In doubt, not there at three looks of which the last lies past the horizon, and then sent again. */
	private async sendAgain(): Promise<void> {
		const { world } = this;
		await this.enqueue({ key: 'again', link: 'https://shop.example/again', boardId: '5' });
		await this.attempt(() => ({ kind: 'unknown', failure: ourFailure('response_timeout') }));
		for (const waitMs of [30_000, 60_000, policy.horizonMs]) {
			world.time += waitMs;
			await this.look({ kind: 'absent', evidence: this.seen(0) });
		}
		world.time += policy.retry.baseMs;
		await this.attempt(published('15'), '15');
	}

	/** All fail in one second, before anything is sent, and are published when they are due. */
	private async sendMany(): Promise<void> {
		const { world } = this;
		for (let n = 0; n < MANY; n++) await this.enqueue({ key: `many-${n}`, link: `https://shop.example/many/${n}`, boardId: String(100 + n), account: 'many' });
		for (const held of (await world.jobs.claim('many', 'publish', MANY)).jobs) await this.settle(held, { kind: 'not_sent', failure: ourFailure('network_unreachable') }, 0);
		world.time += 10_000;
		for (let n = 0; n < MANY; n++) await this.attempt(published(`2${n}`), `2${n}`, 'many');
	}

	/** One job of the account is claimed, permitted, sent and settled; `pinId` is the Pin that comes of it. */
	private async attempt(outcomeOf: () => Outcome, pinId: string | null = null, account = 'acme'): Promise<void> {
		const { world } = this;
		const held = await world.claimed(account);
		// As when the answer of the first call was lost.
		for (const _ of [1, 2]) await world.namespace.run('extend', [policy.leaseMs, held.id, held.lease.fence], { operation: `beat-${held.lease.fence}` });
		world.time += 50;
		const grant = await world.jobs.beginSend(held, 20_000);
		this.permits.push({ jobId: held.id, at: world.time, sendBy: grant!.sendBy });
		world.time += 50;
		const { boardId: board, sectionId: section, link } = held.content;
		if (pinId !== null) this.pins.push({ id: pinId, group: link!, account, board, section });
		await this.settle(held, outcomeOf());
	}

	private async look(outcome: Outcome): Promise<void> {
		const { jobs } = await this.world.jobs.claim('acme', 'look', 1);
		await this.world.jobs.scanned('acme', jobs[0]!.content.boardId, 0);
		await this.settle(jobs[0]!, outcome);
	}

	private seen(candidates: number): Evidence {
		return { at: this.world.time, scan: 'complete', pages: 1, candidates, note: '' };
	}

	/** On the clock of the run, which is not that of Redis. */
	private async snapshot(): Promise<void> {
		this.snapshots.push({ ...await snapshotOf(this.world.redis, this.world.name), at: this.world.time });
	}

	private async settle(held: LeasedJob, outcome: Outcome, thenMs = policy.boardGapMs): Promise<void> {
		const { world } = this;
		const answer = await world.jobs.settle(held, transition(held, outcome, policy, world.time, () => this.dice.next()));
		if (answer.kind !== 'settled') throw new Error(`Not settled: ${answer.kind}`);
		world.time += thenMs;
	}

	private told(): History {
		const { values } = this.snapshots.at(-1)!;
		const jobs = [...this.ids.values()].map((id) => jobOf([id, Object.entries(values[`job:${id}`] as Record<string, string>).flat(), (values[`doc:${id}`] ?? '') as string, values[`content:${id}`] as string]));
		const links = new Map(jobs.map(({ id, content }) => [id, content.link!]));
		return {
			policy,
			plan: this.groups,
			calls: [
				{ key: 'first', answer: 'info', jobId: null },
				...[...this.ids].map(([key, jobId]) => ({ key, answer: 'created' as const, jobId })),
				{ key: 'twin', answer: 'existing', jobId: this.ids.get('twin')! },
			],
			posts: this.permits.map(({ jobId, at }) => ({ group: links.get(jobId)!, at: at + 10, earliest: at + 10 })),
			limited: this.limited,
			pins: this.pins,
			permits: this.permits,
			scripts: this.recorder.scripts,
			events: (values.events as [string, string[]][]).map(eventOf),
			jobs, snapshots: this.snapshots,
			rates: { acme: { calls: 9, writes: 4, maxWritesPerMinute: 4, maxReadsPerMinute: 1, peakCallsPerSecond: 1, status429: 1, calledBeforeReset: 0, maxInFlight: 1 } },
			secrets: ['canary-token'],
			logs: ['{"event":"job.succeeded"}'],
		};
	}
}

function published(pinId: string): () => Outcome {
	return () => ({ kind: 'published', pinId, pinUrl: null, requestId: null, httpStatus: 201 });
}
