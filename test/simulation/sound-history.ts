import { ourFailure } from '../../src/job/classify';
import type { LeasedJob } from '../../src/job/job';
import type { Outcome } from '../../src/job/outcome';
import { newJob, parseRequest } from '../../src/job/request';
import { transition } from '../../src/job/transition';
import { eventOf, jobOf } from '../../src/store/codec';
import { policy, StoreWorld } from '../integration/store/store-world';
import type { History } from '../support/history';
import type { Permit } from '../support/permits';
import { snapshotOf } from '../support/snapshot';

/** The content that `first` and its twin have in common, and that of the job that fails. */
export const [SAME, OTHER] = ['https://shop.example/same', 'https://shop.example/other'];

/**
 * A short run on a real Redis that keeps every promise: a job that is published at its second attempt, after a hold; its
 * twin, whose Pin is found by looking; and one that fails for its board.
 */
export async function soundHistory(): Promise<History> {
	const world = new StoreWorld();
	try {
		return await new Run(world).history();
	} finally {
		await world.end();
	}
}

class Run {
	private readonly permits: Permit[] = [];
	private readonly snapshots: History['snapshots'] = [];

	constructor(private readonly world: StoreWorld) {}

	async history(): Promise<History> {
		const { world } = this;
		const [first, twin, wrong] = [this.newJob('first', SAME!, '1'), this.newJob('twin', SAME!, '1'), this.newJob('wrong', OTHER!, '2')];
		for (const made of [first, twin, wrong]) {
			await world.jobs.enqueue([made]);
			world.time += 100;
		}
		await this.attempt({ kind: 'refused', failure: { ...ourFailure('rate_limited'), facts: { ...ourFailure('rate_limited').facts, waitMs: 5000 } } });
		this.snapshots.push(await snapshotOf(world.redis, world.name));
		world.time += 10_000;
		await world.holds.releaseExpired();
		await this.attempt({ kind: 'refused', failure: ourFailure('board_not_found') });
		await this.attempt({ kind: 'unknown', failure: ourFailure('response_timeout') });
		world.time += 100_000;
		await this.attempt({ kind: 'published', pinId: '11', pinUrl: null, requestId: null, httpStatus: 201 });
		await this.look({ kind: 'found', pinId: '12', pinUrl: null, evidence: { at: world.time, scan: 'complete', pages: 1, candidates: 1, note: '' } });
		this.snapshots.push(await snapshotOf(world.redis, world.name));
		return this.told([first, twin, wrong].map(({ job }) => job.id));
	}

	private newJob(key: string, link: string, boardId: string) {
		const media = { kind: 'image_url', url: `${link}.jpg` } as const;
		const parsed = parseRequest({ account: 'acme', boardId, link, key, title: 'A hat', media }, this.world.time);
		if (!parsed.ok) throw parsed.error;
		return newJob(parsed.request, this.world.time, policy);
	}

	private async attempt(outcome: Outcome): Promise<void> {
		const { world } = this;
		const held = await world.claimed();
		world.time += 50;
		const grant = await world.jobs.beginSend(held, 20_000);
		this.permits.push({ jobId: held.id, at: world.time, sendBy: grant!.sendBy });
		world.time += 50;
		await this.settle(held, outcome);
	}

	private async look(outcome: Outcome): Promise<void> {
		const { jobs } = await this.world.jobs.claim('acme', 'look', 1);
		await this.settle(jobs[0]!, outcome);
	}

	private async settle(held: LeasedJob, outcome: Outcome): Promise<void> {
		const { world } = this;
		const answer = await world.jobs.settle(held, transition(held, outcome, policy, world.time, () => 0.5));
		if (answer.kind !== 'settled') throw new Error(`Not settled: ${answer.kind}`);
		world.time += policy.boardGapMs;
	}

	private told(ids: string[]): History {
		const { values } = this.snapshots.at(-1)!;
		const jobs = ids.map((id) => jobOf([id, Object.entries(values[`job:${id}`] as Record<string, string>).flat(), values[`doc:${id}`] as string, values[`content:${id}`] as string]));
		const groups = new Map(jobs.map(({ id, content }) => [id, content.link!]));
		const aPin = (id: string) => ({ id, group: SAME!, account: 'acme', board: '1', section: null });
		return {
			policy,
			plan: new Map([['first', SAME!], ['twin', SAME!], ['wrong', OTHER!]]),
			calls: [
				{ key: 'first', answer: 'info', jobId: null },
				...['first', 'twin', 'wrong'].map((key, i) => ({ key, answer: 'created' as const, jobId: ids[i]! })),
				{ key: 'twin', answer: 'existing', jobId: ids[1]! },
			],
			posts: this.permits.map(({ jobId, at }) => ({ group: groups.get(jobId)!, at: at + 10, earliest: at + 10 })),
			pins: [aPin('11'), aPin('12')],
			permits: this.permits,
			events: (values.events as [string, string[]][]).map(eventOf),
			jobs, snapshots: this.snapshots,
			rates: { acme: { calls: 9, writes: 4, maxWritesPerMinute: 4, maxReadsPerMinute: 1, peakCallsPerSecond: 1, status429: 1, calledBeforeReset: 0, maxInFlight: 1 } },
			secrets: ['canary-token'],
			logs: ['{"event":"job.succeeded"}'],
		};
	}
}
