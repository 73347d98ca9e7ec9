import fc from 'fast-check';
import { cancel, lateEvidence, requeue, resolve, sendBack, update, type Decided } from '../../../src/job/corrections';
import { isEngineError } from '../../../src/errors';
import { handle } from '../../../src/job/handling';
import type { HoldKind } from '../../../src/job/hold';
import type { Job, LeasedJob } from '../../../src/job/job';
import { transition } from '../../../src/job/transition';
import type { Lane } from '../../../src/store/contract';
import type { Model } from './model';
import { outcomeOf, someOutcome, type Ending } from './outcomes';
import { ACCOUNTS, IMAGES, JOBS, policy, type Real } from './real';
import { met, stepOf } from './step';
import { chores } from './chores';

const step = stepOf<Model, Real>();

const job = fc.nat(JOBS - 1);
/** Counted from the lease that was given last. */
const lease = fc.nat(5);
const account = fc.constantFrom(...ACCOUNTS);
const lane = fc.constantFrom<Lane>('publish', 'publish', 'look', 'media', 'upload');
const pin = fc.constantFrom('1', '2', '3');
const waits = fc.constantFrom(1, 1000, 3000, 5000, 20_000, policy.leaseMs + 1, 600_000, policy.horizonMs + 60_000);
const kind = fc.constantFrom<HoldKind>('paused', 'rate_limited', 'token_dead');

const heldBy = (real: Real, back: number): LeasedJob | undefined => real.held.at(-1 - back);

const enqueue = step('enqueue', fc.array(job, { minLength: 1, maxLength: 3 }), enqueueAll);

async function enqueueAll(model: Model, real: Real, numbers: number[]): Promise<void> {
	const made = numbers.map((n) => real.newJob(n));
	const expected = made.map((one) => model.enqueue(one));
	if (expected.some(({ kind: answer }) => answer === 'created')) model.writes();
	const answers = await real.jobs.enqueue(made);
	expect(answers.map((answer) => [answer.kind, 'job' in answer ? answer.job.id : 'id' in answer ? answer.id : null])).toEqual(expected.map(({ kind: answer, other }) => [answer, other]));
	await real.agrees(model, made.map(({ job: { id } }) => id));
}

interface ClaimWish {
	account: string;
	lane: Lane;
	max: number;
}

const claim = step('claim', fc.record({ account, lane, max: fc.integer({ min: 1, max: 3 }) }), async (model, real, wish) => void await claimFor(model, real, wish));

async function claimFor(model: Model, real: Real, { account: label, lane, max }: ClaimWish): Promise<LeasedJob[]> {
	const { ids, nextAt } = model.claimable(label, lane, max);
	const quarantined = model.isQuarantined;
	real.seen.push(...ids.map((id) => model.jobs.get(id)!.job));
	const answer = await real.jobs.claim(label, lane, max);
	expect({ ids: answer.jobs.map(({ id }) => id), nextAt: answer.nextAt }).toEqual({ ids, nextAt });
	if (ids.length > 0) {
		expect(answer.lookFirst).toBe(quarantined);
		expect(answer.jobs.map(({ lease: { until, sendBy } }) => [until, sendBy])).toEqual(ids.map(() => [model.now + policy.leaseMs, null]));
		model.claimed(lane, new Map(answer.jobs.map(({ id, lease: given }) => [id, given])));
		model.writes();
	}
	met(`claim ${lane} ${ids.length}`);
	real.held.push(...answer.jobs);
	await real.agrees(model, ids);
	return answer.jobs;
}

const beginSend = step('beginSend', fc.record({ lease, budgetMs: fc.constantFrom(1000, 20_000, 60_000) }), async (model, real, { lease: back, budgetMs }) => {
	const held = heldBy(real, back);
	if (held) await askPermit(model, real, held, budgetMs);
});

async function askPermit(model: Model, real: Real, held: LeasedJob, budgetMs: number): Promise<void> {
	const refusal = model.permitRefusal(held, budgetMs);
	const grant = await real.jobs.beginSend(held, budgetMs);
	expect(grant).toEqual(refusal === null ? { sendBy: model.now + budgetMs, budgetMs } : null);
	if (grant) {
		model.permitted(held.id, grant.sendBy);
		model.writes();
	}
	met(`permit ${refusal ?? 'given'}`);
	await real.agrees(model, [held.id]);
}

const settle = step('settle', fc.record({ lease, ending: someOutcome(pin) }), async (model, real, { lease: back, ending }) => {
	const held = heldBy(real, back);
	if (held) await settleWith(model, real, held, ending);
});

async function settleWith(model: Model, real: Real, held: LeasedJob, ending: Ending): Promise<void> {
	const change = transition(held, outcomeOf(held, ending, model.now), policy, model.now, () => ending.die);
	const { kind: answer, other } = model.settle(held, change);
	if (answer === 'settled') model.writes();
	met(answer === 'lease_lost' ? answer : `${answer} ${other ? 'by another' : ''}`.trim());
	expect(await real.jobs.settle(held, change)).toEqual({ settled: { kind: answer, displaced: other }, contested: { kind: answer, owner: other }, lease_lost: { kind: answer } }[answer]);
	await real.agrees(model, [held.id]);
}

/** A whole attempt: what is due is claimed, permitted and ended. */
const publish = step('publish', fc.record({ account, ending: someOutcome(pin) }), async (model, real, { account: label, ending }) => publishAs(model, real, label, ending));

async function publishAs(model: Model, real: Real, label: string, ending: Ending): Promise<void> {
	for (const held of await claimFor(model, real, { account: label, lane: 'publish', max: 1 })) {
		await askPermit(model, real, held, 20_000);
		await settleWith(model, real, held, ending);
	}
}

/** A whole look, at the time at which it is due; `beside` a job that may be sending meanwhile. */
const look = step('look', fc.record({ account, ending: someOutcome(pin), beside: fc.boolean() }), lookAs);

async function lookAs(model: Model, real: Real, { account: label, ending, beside }: { account: string; ending: Ending; beside: boolean }): Promise<void> {
	const { nextAt } = model.claimable(label, 'look', 0);
	if (nextAt !== null && nextAt > model.now) {
		real.tick(model, nextAt - 1 - model.now);
		expect(await claimFor(model, real, { account: label, lane: 'look', max: 1 })).toEqual([]);
		real.tick(model, 1);
	}
	for (const held of beside ? await claimFor(model, real, { account: label, lane: 'publish', max: 1 }) : []) await askPermit(model, real, held, 20_000);
	for (const held of await claimFor(model, real, { account: label, lane: 'look', max: 1 })) await settleWith(model, real, held, ending);
}

/** A Pin that was adopted proves to be another's, and the job that had adopted it may hear of its own; somebody may be sending it back. */
const displace = step('displace', fc.record({ account, pin, own: fc.option(pin), back: fc.boolean() }), async (model, real, { account: label, pin: pinId, own, back }) => {
	const ending = { pinId, code: 'response_timeout', die: 0 } as const;
	await publishAs(model, real, label, { ...ending, kind: 'unknown' });
	await lookAs(model, real, { account: label, ending: { ...ending, kind: 'found' }, beside: false });
	await publishAs(model, real, label, { ...ending, kind: 'published' });
	const [loser] = model.pins.displaced;
	if (loser !== undefined && own !== null) await tellEvidence(model, real, loser, own);
	if (loser !== undefined && back) await sendBackAll(model, real, [(await real.jobs.get(loser))!]);
});

const extend = step('extend', fc.array(lease, { minLength: 1, maxLength: 3 }), async (model, real, backs) => {
	const held = backs.flatMap((back) => heldBy(real, back) ?? []);
	if (held.length === 0) return;
	const lost = held.filter(({ id, lease: { fence } }) => model.jobs.get(id)?.lease?.fence !== fence).map(({ id }) => id);
	expect(await real.jobs.extend(held)).toEqual(lost);
	for (const { id, lease: { fence } } of held) {
		const known = model.jobs.get(id);
		if (known?.lease?.fence === fence) known.lease = { ...known.lease, until: model.now + policy.leaseMs };
	}
	model.writes();
	await real.agrees(model, held.map(({ id }) => id));
});

const giveBack = step('giveBack', lease, async (model, real, back) => {
	const held = heldBy(real, back);
	if (held) await giveBackOf(model, real, held);
});

async function giveBackOf(model: Model, real: Real, held: LeasedJob): Promise<void> {
	const given = model.giveBack(held);
	if (given) model.writes();
	expect(await real.jobs.giveBack(held)).toBe(given);
	await real.agrees(model, [held.id]);
}

/** A worker that ends in between: what it claimed waits again, one number further. */
const drain = step('drain', fc.record({ account, lane }), async (model, real, { account: label, lane: line }) => {
	for (const held of await claimFor(model, real, { account: label, lane: line, max: 2 })) await giveBackOf(model, real, held);
});

/** Somebody else's expired leases, and what they are settled with, as the sweeper does. */
const takeOver = step('takeOver', fc.record({ max: fc.integer({ min: 1, max: 3 }), settles: fc.boolean(), die: fc.double({ min: 0, max: 0.99, noNaN: true }) }), async (model, real, { max, settles, die }) => {
	const ids = model.expired(max);
	const taken = await real.jobs.takeOver(max);
	expect(taken.map(({ id }) => id)).toEqual(ids);
	for (const { id, lease: { fence, until, sendBy } } of taken) {
		const known = model.jobs.get(id)!;
		expect(fence).not.toBe(known.lease!.fence);
		expect(sendBy).toBe(known.lease!.sendBy);
		known.lease = { fence, until: model.now + policy.leaseMs, sendBy };
		expect(until).toBe(known.lease.until);
	}
	if (taken.length > 0) model.writes();
	real.held.push(...taken);
	await real.agrees(model, ids);
	for (const held of settles ? taken : []) await settleWith(model, real, held, { kind: 'lost', pinId: '1', code: 'lease_lost', die });
});

const ACTS = {
	requeue: (seen, now) => requeue(seen, {}, { by: 'Ops' }, now, policy),
	'requeue on 11': (seen, now) => requeue(seen, { boardId: '11' }, { by: 'Ops' }, now, policy),
	update: (seen, now) => update(seen, { title: `At ${now}` }, { by: 'Ops' }, now, policy),
	'update to 11': (seen, now) => update(seen, { boardId: '11' }, { by: 'Ops' }, now, policy),
	'update to b': (seen, now) => update(seen, { account: 'b', boardId: '21' }, { by: 'Ops' }, now, policy),
	cancel: (seen, now) => cancel(seen, { by: 'Ops' }, now),
	'is Pin 1': (seen, now) => resolve(seen, { verdict: 'published', pinId: '1' }, { by: 'Ops' }, now, policy),
	absent: (seen, now) => resolve(seen, { verdict: 'absent' }, { by: 'Ops' }, now, policy),
	claim: (seen, now) => handle(seen, { what: 'claim', takeOver: true }, { by: now % 2 ? 'Ann' : 'Bob' }, now),
	note: (seen, now) => handle(seen, { what: 'note', note: `At ${now}` }, { by: 'Ops' }, now),
	snooze: (seen, now) => handle(seen, { what: 'snooze', until: now + 1000 }, { by: 'Ops' }, now),
	close: (seen, now) => handle(seen, { what: 'resolve' }, { by: 'Ops' }, now),
	abandon: (seen, now) => resolve(seen, { verdict: 'abandon' }, { by: 'Ops' }, now, policy),
} satisfies Record<string, (seen: LeasedJob | Parameters<typeof cancel>[0], now: number) => Decided>;

type Act = keyof typeof ACTS;

/** A person changes a job as they see it, or as they saw it a while ago. */
const revise = step('revise', fc.record({ job, act: fc.constantFrom(...Object.keys(ACTS) as Act[]), stale: fc.option(fc.nat(3), { freq: 2 }) }), async (model, real, { job: n, act, stale }) => {
	const current = model.jobs.get(real.idOf(n))?.job;
	const seen = stale === null || real.seen.length === 0 ? current : real.seen.at(-1 - (stale % real.seen.length));
	if (!seen) return;
	if (current) real.seen.push(current);
	await reviseAs(model, real, seen, act);
});

async function reviseAs(model: Model, real: Real, seen: Job, act: Act): Promise<void> {
	const decided = ACTS[act](seen, model.now);
	if (isEngineError(decided)) return;
	const { change, aliases } = decided;
	const { kind: answer, other } = model.revise(seen.id, seen, null, change, aliases);
	if (answer === 'revised') model.writes();
	met(`revise ${answer}`);
	const got = await real.jobs.revise(seen.id, { expectedRevision: seen.revision, expectedSeq: seen.seq, change, aliases });
	expect({ kind: got.kind, other: got.kind === 'revised' ? got.displaced : got.kind === 'owned' ? got.by : got.kind === 'contested' ? got.owner : null }).toEqual({ kind: answer, other });
	await real.agrees(model, [seen.id]);
}

/** A failure that two people look at before either of them does something about it. */
const attend = step('attend', fc.record({ account, acts: fc.tuple(...[0, 1].map(() => fc.constantFrom<Act>('claim', 'note', 'snooze', 'close', 'requeue'))) }), async (model, real, { account: label, acts }) => {
	for (const held of await claimFor(model, real, { account: label, lane: 'publish', max: 1 })) {
		await askPermit(model, real, held, 20_000);
		await settleWith(model, real, held, { kind: 'refused', pinId: '1', code: 'board_not_found', die: 0 });
	}
	const seen = [...model.jobs.values()].map((known) => known.job).find(({ account: of, queue }) => of === label && queue !== null);
	for (const act of seen ? acts : []) {
		await reviseAs(model, real, seen!, act);
		met(`attend ${act}`);
	}
});

const evidence = step('evidence', fc.record({ job, pin }), async (model, real, { job: n, pin: pinId }) => tellEvidence(model, real, real.idOf(n), pinId));

async function tellEvidence(model: Model, real: Real, id: string, pinId: string): Promise<void> {
	const expected = model.evidence(id, pinId, (now, isAnothers) => lateEvidence(now, pinId, model.now, isAnothers));
	if (expected === 'accepted') model.writes();
	met(`evidence ${expected}`);
	expect((await real.jobs.evidence(id, pinId, (now, isAnothers) => lateEvidence(now, pinId, model.now, isAnothers))).kind).toBe(expected);
	await real.agrees(model, [model.known(id)?.job.id ?? id]);
}

/** Whoever lost an adopted Pin looks again, as the sweeper has it. */
const sendDisplacedBack = step('sendDisplacedBack', fc.constant(null), async (model, real) => sendBackAll(model, real, await real.jobs.displaced(10)));

async function sendBackAll(model: Model, real: Real, jobs: Job[]): Promise<void> {
	for (const seen of jobs) {
		const change = sendBack(seen, model.now, policy);
		const { kind: answer } = model.revise(seen.id, seen, null, change, []);
		if (answer === 'revised') model.writes();
		met(`sent back ${answer}`);
		expect((await real.jobs.revise(seen.id, { expectedRevision: seen.revision, expectedSeq: seen.seq, change, aliases: [] })).kind).toBe(answer);
	}
}

const hold = step('hold', fc.record({ account: fc.constantFrom('a', 'b', '@app'), kind, forMs: fc.option(waits, { freq: 6 }) }), async (model, real, { account: label, kind: why, forMs }) => {
	const request = { account: label, kind: why, until: forMs === null ? null : model.now + forMs, code: why, message: '' };
	model.holds.open(request);
	model.writes();
	await real.world.holds.open(request);
});

const release = step('release', fc.record({ account: fc.constantFrom('a', 'b', '@app'), kind }), async (model, real, { account: label, kind: why }) => {
	const stood = model.holds.release(label, why);
	if (stood) model.writes();
	expect(await real.world.holds.release(label, [why], 'Ops')).toHaveLength(stood ? 1 : 0);
});

const releaseExpired = step('releaseExpired', fc.constant(null), async (model, real) => {
	const standing = model.holds.events.length;
	const over = model.holds.releaseExpired(model.now);
	if (over.length > 0) model.writes();
	const ended = (await real.world.holds.releaseExpired()).map((incident) => `${incident.kind}:${incident.account}`);
	expect([...ended].sort()).toEqual([...over].sort());
	model.holds.events.splice(standing, over.length, ...ended.map((name) => `account.released ${name}`));
});

const wait = step('wait', waits, async (model, real, ms) => real.tick(model, ms));

/** Redis comes back without its last writes; here without any but the counter, so that everything else can be compared. */
const forget = step('forget', fc.constant(null), async (model, real) => {
	await real.world.redis.hset(real.world.key('meta'), 'counter', 0);
	model.memory.rolledBack = true;
});

/** Lives of a namespace; the common steps are listed more often. */
export const lives = fc.commands([
	enqueue, publish, publish, publish, look, look, look, claim, claim, beginSend, beginSend, settle, settle, settle, extend, giveBack, drain, takeOver, revise, revise, attend, attend, evidence,
	displace, sendDisplacedBack, hold, release, release, releaseExpired, wait, wait, forget, ...chores,
], { size: 'max', maxCommands: 90 });

/** What most lives begin with: a namespace in which something waits. */
export async function populate(model: Model, real: Real, jobs: number[]): Promise<void> {
	if (jobs.length === 0) return;
	for (const { sha256 } of IMAGES) {
		model.images.put(sha256, model.now);
		await real.putImage(sha256);
	}
	await enqueueAll(model, real, jobs);
}

export const someJobs = fc.subarray(Array.from({ length: JOBS }, (_, n) => n), { minLength: 0 });
