import { EngineError } from '../../../src/errors';
import { policy, published } from '../store/store-world';
import { WorkWorld, type Gate } from './work-world';

let world: WorkWorld;
let id: string;
beforeEach(async () => {
	world = await WorkWorld.start();
	id = await world.put();
});
afterEach(() => world.end());

const job = async () => (await world.store.jobs.get(id))!;
const pins = async () => world.pinsOf((await job()).content.title!);

/** A worker that stops before its first call of this name until it is told to go on, or before the n-th. */
function stoppedBefore(name: string, nth = 1) {
	const reached = signal(), told = signal();
	let calls = 0;
	const gate: Gate = async (called, act) => {
		if (called === name && ++calls === nth) {
			reached.give();
			await told.given;
		}
		return act();
	};
	return { worker: world.member(gate), reached: reached.given, goOn: told.give };
}

function signal() {
	let give = () => undefined as void;
	const given = new Promise<void>((resolve) => { give = resolve; });
	return { given, give: () => give() };
}

/** The leases of whoever is at work run out, and another worker settles them as lost. */
async function lost(): Promise<void> {
	world.pass(policy.leaseMs + 1);
	await world.member().sweeper.round();
}

describe('a worker whose lease was taken over', () => {
	it('sends nothing when it had not asked for the permit yet', async () => {
		const { worker, reached, goOn } = stoppedBefore('beginSend');
		const work = worker.publish();
		await reached;
		await lost();
		goOn();
		await work;
		expect(world.permits).toEqual([]);
		expect(await job()).toMatchObject({ state: 'queued', attempts: 0, lostLeases: 1 });
		expect(await pins()).toEqual([]);
	});

	it('tells of the Pin it has made: the job is not looked for any longer', async () => {
		const { worker, reached, goOn } = stoppedBefore('settle');
		const work = worker.publish();
		await reached;
		await lost();
		expect(await job()).toMatchObject({ state: 'retry_scheduled', phase: 'reconcile' });
		goOn();
		await work;
		expect(await job()).toMatchObject({ state: 'succeeded', recovered: false, inDoubt: null, pinId: (await pins())[0] });
		expect(await pins()).toHaveLength(1);
	});

	it('tells of a second Pin when the job was sent again meanwhile', async () => {
		const { worker, reached, goOn } = stoppedBefore('settle');
		const work = worker.publish();
		await reached;
		await lost();
		// A person took the board for empty.
		await world.store.jobs.evidence(id, '777', (now) => published(now, world.store.time, '777'));
		goOn();
		await work;
		expect(await world.store.jobs.doublePins()).toMatchObject([{ jobId: id, pinIds: ['777', (await pins())[0]] }]);
	});

	it('keeps its lease as long as it works and its heart beats', async () => {
		const { worker, reached, goOn } = stoppedBefore('token');
		const work = worker.publish();
		await reached;
		for (let n = 0; n < 5; n++) {
			world.pass(policy.leaseMs / 2);
			await worker.leases.beat();
			await world.member().sweeper.round();
		}
		goOn();
		await work;
		expect(await job()).toMatchObject({ state: 'succeeded', attempts: 1, lostLeases: 0 });
	});
});

it('gives a Pin that a job had found back to the twin that made it when a late answer names the job\'s own', async () => {
	const twinOf = async () => world.put(0, 'Twin');
	await world.member().publish(); // the job that every test begins with
	world.pass(10_000);
	const first = await twinOf();
	world.sandbox.control.setConsistency({ readLag: { medianMs: 7_200_000, p99Ms: 7_200_001, tailShare: 0, tailMs: 7_200_001 } });
	const { worker, reached, goOn } = stoppedBefore('settle');
	const work = worker.publish();
	await reached;
	await lost();
	world.sandbox.control.setConsistency({ readLag: null });
	world.pass(5000);
	const second = await twinOf();
	world.sandbox.control.addFault({ fault: 'commitThenReset', match: { operation: 'createPin' } });
	const other = world.member();
	await other.publish();
	const stateOf = async () => Promise.all([first, second].map((one) => world.store.jobs.get(one)));
	world.pass(60_000);
	await other.look();
	// Only the second Pin is listed yet: the first to look takes it.
	const [mine, theirs] = world.pinsOf('Twin');
	expect(await stateOf()).toMatchObject([{ state: 'succeeded', pinId: theirs, recovered: true }, { state: 'retry_scheduled', pinId: null }]);
	goOn();
	await work;
	expect(await stateOf()).toMatchObject([{ state: 'succeeded', pinId: mine, recovered: false }, { state: 'retry_scheduled' }]);
	world.pass(60_000);
	await other.look();
	expect(await stateOf()).toMatchObject([{ pinId: mine }, { state: 'succeeded', pinId: theirs, recovered: true }]);
	expect(await world.store.jobs.doublePins()).toEqual([]);
});

describe('a worker that ends', () => {
	it('asks for no permit any more, and gives back what it did not send', async () => {
		const { worker, reached, goOn } = stoppedBefore('beginSend');
		const other = stoppedBefore('token');
		const work = other.worker.publish();
		await other.reached;
		other.worker.attempts.drain();
		other.goOn();
		await work;
		expect(world.permits).toEqual([]);
		expect(await job()).toMatchObject({ state: 'queued', attempts: 0, lostLeases: 0, lease: null });

		// One whose permit is asked for already sends.
		const sending = worker.publish();
		await reached;
		worker.attempts.drain();
		goOn();
		await sending;
		expect(await job()).toMatchObject({ state: 'succeeded', attempts: 1 });
	});

	it('asks for none for an account that it serves no longer, until it serves it again', async () => {
		const { worker, reached, goOn } = stoppedBefore('token');
		const work = worker.publish();
		await reached;
		worker.attempts.serves((await job()).account, false);
		goOn();
		await work;
		expect(world.permits).toEqual([]);
		expect(await job()).toMatchObject({ state: 'queued', attempts: 0, lostLeases: 0, lease: null });

		worker.attempts.serves((await job()).account, true);
		await worker.publish();
		expect(await job()).toMatchObject({ state: 'succeeded', attempts: 1 });
	});
});

describe('an outcome', () => {
	it('is told as soon as Redis is back, however late', async () => {
		let away = 2;
		const worker = world.member((called, act) => {
			if (called === 'settle' && away-- > 0) return Promise.reject(new EngineError('redis_unavailable', {}));
			return act();
		});
		await worker.publish();
		expect(worker.lines.filter(({ event }) => event === 'settle.waiting')).toMatchObject(Array(2).fill({ pinId: (await pins())[0] }));
		expect(await job()).toMatchObject({ state: 'succeeded', attempts: 1 });
	});

	it('of a look whose Pin has become another job\'s before it was told is no success', async () => {
		// Killed before it could tell of its Pin.
		const killed = stoppedBefore('settle');
		void killed.worker.publish();
		await killed.reached;
		await lost();
		world.pass(30_000);
		const { worker, reached, goOn } = stoppedBefore('settle');
		const work = worker.look();
		await reached;
		const [pin] = await pins();
		await world.store.jobs.evidence(await world.put(1), pin!, (twin) => published(twin, world.store.time, pin));
		goOn();
		await work;
		expect(await job()).toMatchObject({ state: 'retry_scheduled', phase: 'reconcile', pinId: null, lease: null, inDoubt: { absentScans: 0 } });
	});
});

describe('a job that waits since Redis may have forgotten that it was sent', () => {
	const reads = () => world.sandbox.control.calls({ operation: 'listBoardPins' }).items.length;
	const forgot = (fields: Record<string, number>) => world.store.redis.hset(world.store.key('meta'), { cutAt: world.store.time, persistedAt: world.store.time - 1000, ...fields });

	it('is not sent on one look, which may not show the Pin yet, but waits as one in doubt', async () => {
		await forgot({ isFresh: 1, suspectUntil: world.store.time + policy.horizonMs });
		await world.member().publish();
		expect(world.permits).toEqual([]);
		const sendBy = world.store.time + policy.leaseMs;
		expect(await job()).toMatchObject({ state: 'retry_scheduled', phase: 'reconcile', attempts: 0, dueAt: sendBy + policy.lookAtMs[0]!, inDoubt: { suspected: true, sendBy } });
	});

	it('is sent after one look where no permit can have been lost, and keeps what it saw', async () => {
		await forgot({ isFresh: 0 });
		await world.member().publish();
		expect(reads()).toBe(1);
		expect(await job()).toMatchObject({ state: 'succeeded', recovered: false, looks: [{ scan: 'complete', candidates: 0 }] });
	});

	/** Long after the cut; nobody had come for the job meanwhile. */
	async function looksLater(): Promise<void> {
		await forgot({ isFresh: 1, suspectUntil: world.store.time + policy.horizonMs });
		world.pass(3 * policy.horizonMs);
		await world.member().publish();
		for (let looks = 1; looks <= policy.absentScans; looks++) {
			expect(await job()).toMatchObject({ phase: 'reconcile', inDoubt: { suspected: true } });
			world.pass((await job())!.dueAt! - world.store.time);
			await world.member().look();
			expect(reads()).toBe(looks);
		}
		expect(world.permits).toEqual([]);
	}

	it('is sent after as many looks as prove absence, also when that is so long ago that a Pin would be seen', async () => {
		await looksLater();
		await world.member().publish();
		expect(await job()).toMatchObject({ state: 'succeeded', recovered: false, looks: Array(policy.absentScans).fill({ scan: 'complete' }) as object[] });
		const seen = reads();
		const later = await world.put(1);
		await world.member().publish();
		expect(reads()).toBe(seen);
		expect((await world.store.jobs.get(later))!.state).toBe('succeeded');
	});

	it('is left to a person where machines never send again', async () => {
		await world.store.accounts.note('w', { skewMs: null, neverResend: ['acme'], forMs: 10 * policy.horizonMs });
		await looksLater();
		expect(await job()).toMatchObject({ state: 'failed', queue: { name: 'ops' }, lastError: { code: 'outcome_unknown' } });
	});
});
