import { isDeepStrictEqual } from 'node:util';
import type { Job, LeasedJob } from '../../../src/job/job';
import { newJob, parseRequest, type PublishRequest } from '../../../src/job/request';
import type { NewJob } from '../../../src/store/contract';
import { contradictions } from '../../integration/store/invariants';
import { policy, type StoreWorld } from '../../integration/store/store-world';
import type { Model } from './model';
import { repeatCalls, type Twice } from './step';

export { policy };

export const ACCOUNTS = ['a', 'b'] as const;

/** Images that are uploaded. */
const image = (sign: string) => ({ kind: 'image_base64', sha256: sign.repeat(64), contentType: 'image/png', bytes: 5 }) as const;
export const IMAGES = [image('e'), image('d')] as const;
const CAROUSEL = { kind: 'carousel' as const, cards: IMAGES.map((one) => ({ image: one })) };

type Request = Pick<PublishRequest, 'account' | 'boardId'> & Partial<PublishRequest>;
const at = (account: string, boardId: string, more: Partial<PublishRequest> = {}): Request => ({ account, boardId, link: 'https://shop.example/1', ...more });

/** What may be enqueued: twins under keys of their own, and jobs whose key is their content, so that corrections meet. */
const REQUESTS: Request[] = [
	at('a', '10', { key: 'one', title: 'Twin' }), at('a', '10', { key: 'two', title: 'Twin' }), at('a', '10', { key: 'three', title: 'Twin' }),
	at('a', '10'), at('a', '11'), at('a', '11', { key: 'four', media: IMAGES[0] }), at('a', '12', { key: 'five', media: CAROUSEL }),
	at('a', '12', { key: 'film', media: { kind: 'video_url', url: 'https://shop.example/1.mp4' } }),
	at('b', '20', { key: 'six', title: 'Pair' }), at('b', '20', { key: 'seven', title: 'Pair' }), at('b', '21'),
];

const CAPS = { a: 2, b: 9 };

/** A worker says that it serves both accounts. */
export async function beatAll({ accounts }: StoreWorld): Promise<void> {
	const paceOf = (concurrent: number) => ({ writesPerMinute: 1, burst: 1, writesPerDay: null, concurrent });
	await accounts.beat({ id: 'w', host: 'h' }, Object.entries(CAPS).map(([account, cap]) => ({ account, client: null, pace: paceOf(cap) })));
}

export const JOBS = REQUESTS.length;

/** The scripts on a real Redis, with the jobs that somebody holds or has looked at. */
export class Real implements Twice {
	/** Every lease that was ever given, the lost ones too. */
	readonly held: LeasedJob[] = [];
	/** Jobs as somebody saw them. */
	readonly seen: Job[] = [];
	/** Every call is made twice, as after an answer that was lost. */
	twice = false;
	private readonly ids: string[] = [];

	constructor(readonly world: StoreWorld) {
		repeatCalls(world.namespace, this);
	}

	get jobs(): StoreWorld['jobs'] {
		return this.world.jobs;
	}

	/** An empty namespace on a later day, and what the model must begin with. */
	async reset(model: Model): Promise<void> {
		const { world } = this;
		const keys = (await world.allKeys()).filter((key) => key !== world.key('meta'));
		if (keys.length > 0) await world.redis.unlink(...keys);
		world.time += 100 * 24 * 3_600_000;
		model.now = world.time;
		for (const list of [this.held, this.seen, this.ids]) list.length = 0;
		this.twice = false;
		await beatAll(world);
		model.holds.beat(ACCOUNTS, model.now);
		// After the first write: a loss that nobody noticed in the life before is noticed by it.
		await world.redis.hdel(world.key('meta'), 'quarantineUntil', 'suspectUntil', 'pendingUntil', 'cutAt', 'cutBefore', 'mediaBytes');
		for (const [account, cap] of Object.entries(CAPS)) model.caps.set(account, cap);
	}

	/** The namespace as a further process finds it after a restart. */
	async restart(): Promise<void> {
		const { world } = this;
		await world.redis.hset(world.key('meta'), 'runs', 'before:1', 'durability', 'before:everysec');
		const newcomer = world.anotherClient();
		await newcomer.open();
		await newcomer.close();
	}

	/** True when the bytes were not known. */
	putImage(sha256: string): Promise<boolean> {
		return this.world.media.put(sha256, Buffer.from('image'));
	}

	tick(model: Model, ms: number): void {
		this.world.time += ms;
		model.now = this.world.time;
	}

	/** The n-th job as it would be enqueued now. The sixth answers to the ninth's key as well. */
	newJob(n: number): NewJob {
		const request = this.parsed(n);
		const made = newJob(request, this.world.time, policy);
		this.ids[n] = made.job.id;
		return n === 5 ? { ...made, aliases: [newJob(this.parsed(9), this.world.time, policy).job.id] } : made;
	}

	idOf(n: number): string {
		return this.ids[n] ?? newJob(this.parsed(n), this.world.time, policy).job.id;
	}

	/** The records of these jobs are what the model has. */
	async agrees(model: Model, ids: string[]): Promise<void> {
		const records = await this.jobs.getMany(ids);
		ids.forEach((id, i) => {
			const known = model.jobs.get(id);
			const wanted = known ? plain({ ...known.job, lease: known.lease }) : null;
			if (!isDeepStrictEqual(plain(records[i] ?? null), wanted)) expect(plain(records[i] ?? null)).toEqual(wanted);
		});
	}

	/** Everything the namespace holds is what the model has. */
	async agreesWhole(model: Model): Promise<void> {
		const { world } = this;
		await this.agrees(model, [...model.jobs.keys()]);
		expect(await contradictions(world)).toEqual([]);
		const events = await world.outbox.since(null, 10_000);
		const ofJobs = [...model.jobs.keys()].map((id) => events.flatMap((event) => ('jobId' in event && event.jobId === id ? [`${event.type} ${event.seq}`] : [])));
		expect(ofJobs).toEqual([...model.jobs.keys()].map((id) => model.events.get(id)));
		const ofHolds = events.flatMap((event) => (event.type === 'account.held' || event.type === 'account.released' ? [`${event.type} ${event.incident.kind as string}:${event.account}`] : []));
		expect(ofHolds).toEqual(model.holds.events);
		expect((await world.holds.list()).map(({ kind, account, until }) => `${kind}:${account} ${until}`).sort())
			.toEqual([...model.holds.standing.values()].map(({ kind, account, until }) => `${kind}:${account} ${until}`).sort());
		const pins = [...model.pins.owners.keys(), ...model.pins.buried];
		expect(await this.jobs.owners(pins)).toEqual(new Map(pins.map((pin) => [pin, model.pins.ownerOf(pin)])));
		expect((await this.jobs.displaced(100)).map(({ id }) => id).sort()).toEqual([...model.pins.displaced].sort());
		for (const { sha256 } of IMAGES) expect([sha256, await world.media.get(sha256) !== null]).toEqual([sha256, model.images.has(sha256)]);
		expect(await Promise.all([...model.tombs].map((id) => this.jobs.find(id)))).toMatchObject([...model.tombs].map((id) => ({ kind: 'tombstone', id })));
		expect((await this.jobs.doublePins()).map(({ jobId }) => jobId).sort()).toEqual([...model.doubles].sort());
	}

	private parsed(n: number) {
		const media = { kind: 'image_url', url: 'https://shop.example/1.jpg' } as const;
		// One is not wanted any more after half a minute, one may be late.
		const publishBefore = this.world.time + 30_000;
		const late = n === 4 ? { publishBefore, whenLate: 'skip' } as const : n === 5 ? { publishBefore, whenLate: 'publish' } as const : {};
		const parsed = parseRequest({ media, ...REQUESTS[n]!, ...late }, this.world.time);
		if (!parsed.ok) throw parsed.error;
		return parsed.request;
	}
}

function plain<T>(value: T): T {
	return JSON.parse(JSON.stringify(value)) as T;
}
