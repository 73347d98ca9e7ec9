import fc from 'fast-check';
import { changeOf } from '../../../src/job/change';
import type { DeliveryResult, Replay } from '../../../src/store/subscription-contract';
import { Outbox } from '../../../src/store/outbox';
import { aJob, type StoreWorld } from '../../integration/store/store-world';
import { contradictions } from '../../integration/store/invariants';
import type { Deliveries, Logged, Taken } from './deliveries';
import { met, repeatCalls, stepOf, type Twice } from './step';

const HOUR = 3_600_000;
export const limits = { maxAgeMs: 6 * HOUR, maxEntries: 12, deadMs: 12 * HOUR, handedOut: 6 };
const LEASE_MS = 30_000;
const SUBS = ['s1', 's2'] as const;
const ACCOUNTS = ['a', 'b'] as const;
const JOBS = 3;

/** The scripts on a real Redis, with the deliveries that somebody has claimed. */
export class RealDeliveries implements Twice {
	twice = false;
	readonly outbox: Outbox;
	readonly claimed: { model: Taken; token: string }[] = [];
	/** What receivers took in hand, with what the model calls it. */
	readonly taken: { event: string; token: string; number: number }[] = [];
	jobs: string[] = [];
	private cursor: string | null = null;

	constructor(readonly world: StoreWorld) {
		this.outbox = new Outbox(world.namespace, limits);
		repeatCalls(world.namespace, this);
	}

	/** An empty namespace on a later day. */
	async reset(model: Deliveries): Promise<void> {
		const { world } = this;
		const keys = (await world.allKeys()).filter((key) => key !== world.key('meta'));
		if (keys.length > 0) await world.redis.unlink(...keys);
		this.tick(model, 100 * 24 * HOUR);
		this.claimed.length = this.taken.length = 0;
		this.cursor = null;
		this.twice = false;
		const jobs = Array.from({ length: JOBS }, () => aJob());
		this.jobs = jobs.map(({ id }) => id);
		await world.put(...jobs);
		await this.logs(model, this.jobs);
	}

	tick(model: Deliveries, ms: number): void {
		this.world.time += ms;
		model.now = this.world.time;
	}

	/** What the log has since the last look is one event for each of these lines, in this order. */
	async logs(model: Deliveries, lines: string[]): Promise<void> {
		const events = await this.outbox.since(this.cursor, 100);
		expect(events.map((event) => ('jobId' in event ? event.jobId : `@${event.account}`))).toEqual(lines);
		events.forEach(({ id }, i) => model.logged(id, lines[i]!));
		this.cursor = events.at(-1)?.cursor ?? this.cursor;
	}

	/** Everything that is kept of each subscription is what the model has. */
	async agrees(model: Deliveries): Promise<void> {
		const stored = await this.world.subscriptions.list();
		const shown = stored.map(({ id, expiresAt, paused, waiting, dead, missed, failingSince, lastError }) => ({ id, expiresAt, paused, waiting, dead, missed, failingSince, lastError }));
		const wanted = [...model.subs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, sub]) => {
			const { expiresAt, paused, missed, failingSince, lastError } = sub;
			return { id, expiresAt, paused, waiting: model.waiting(sub), dead: sub.dead.size, missed, failingSince, lastError };
		});
		expect(shown).toEqual(wanted);
		expect((await this.outbox.behind()).sort()).toEqual(model.behind().sort());
		const dues = [...model.subs].flatMap(([id, sub]) => ({ id, at: model.dueAt(sub) })).filter((due): due is { id: string; at: number } => due.at !== null);
		const { subscriptionIds, nextAt } = await this.outbox.due();
		const later = dues.filter(({ at }) => at > model.now).map(({ at }) => at);
		expect([subscriptionIds.sort(), nextAt]).toEqual([dues.filter(({ at }) => at <= model.now).map(({ id }) => id).sort(), later.length > 0 ? Math.min(...later) : null]);
	}

	/** And of each dead delivery, and every key has its bound. */
	async agreesWhole(model: Deliveries): Promise<void> {
		await this.agrees(model);
		for (const [id, { dead }] of model.subs) {
			const shown = (await this.outbox.dead(id)).map(({ eventId, at, tries }) => ({ eventId, at, tries })).sort((a, b) => (a.eventId < b.eventId ? -1 : 1));
			expect(shown).toEqual([...dead].map(([eventId, { at, tries }]) => ({ eventId, at, tries })).sort((a, b) => (a.eventId < b.eventId ? -1 : 1)));
		}
		expect((await contradictions(this.world)).filter((wrong) => !wrong.includes(' has events '))).toEqual([]);
	}
}

const step = stepOf<Deliveries, RealDeliveries>();
const sub = fc.constantFrom(...SUBS);
const waits = fc.constantFrom(1, 1000, 5000, LEASE_MS - 1, LEASE_MS, HOUR, limits.maxAgeMs, limits.deadMs);

const tells = step('tells', fc.array(fc.nat(JOBS - 1), { minLength: 1, maxLength: 3 }), async (model, real, numbers) => {
	const { world } = real;
	for (const n of numbers) {
		const job = (await world.jobs.get(real.jobs[n]!))!;
		const change = changeOf(job, {}, 'job.updated');
		await world.jobs.revise(job.id, { expectedRevision: job.revision, expectedSeq: job.seq, change, aliases: [] });
	}
	await real.logs(model, numbers.map((n) => real.jobs[n]!));
});

const holds = step('holds', fc.constantFrom(...ACCOUNTS), async (model, real, account) => {
	await real.world.holds.open({ account, kind: 'paused', until: null, code: 'paused', message: '' });
	await real.world.holds.release(account);
	await real.logs(model, [`@${account}`, `@${account}`]);
});

/** Which lines a subscription wants, by number: jobs, then accounts. */
const wanted = fc.subarray(Array.from({ length: JOBS + ACCOUNTS.length }, (_, n) => n), { minLength: 2 });
const linesOf = (real: RealDeliveries, numbers: number[]) => numbers.map((n) => real.jobs[n] ?? `@${ACCOUNTS[n - JOBS]!}`);

const subscribe = step('subscribe', fc.record({ sub, lines: wanted, ttlMs: fc.constantFrom(HOUR, 1000 * HOUR), paused: fc.integer({ min: 0, max: 5 }), beginsAnew: fc.boolean() }), async (model, real, { sub: id, lines, ttlMs, paused, beginsAnew }) => {
	const isNew = model.subscribe(id, linesOf(real, lines), ttlMs, paused === 0, beginsAnew);
	const request = { id, url: 'https://n8n.example', events: [], ttlMs, paused: paused === 0, beginsAnew };
	expect(await real.world.subscriptions.subscribe(request)).toBe(isNew);
	await real.agrees(model);
});

const pause = step('pause', fc.record({ sub, paused: fc.boolean() }), async (model, real, { sub: id, paused }) => {
	const there = model.pause(id, paused);
	const { subscriptions } = real.world;
	expect(await (paused ? subscriptions.pause(id) : subscriptions.resume(id))).toBe(there);
	await real.agrees(model);
});

const end = step('end', sub, async (model, real, id) => {
	expect(await real.world.subscriptions.remove(id)).toBe(model.subs.delete(id));
	await real.agrees(model);
});

const expire = step('expire', fc.constant(null), async (model, real) => {
	const over = model.expire();
	expect((await real.world.subscriptions.expire()).sort()).toEqual(over.sort());
	await real.agrees(model);
});

/** One dispatcher, or two that read from the same place. */
const fanOut = step('fanOut', fc.record({ sub, readers: fc.constantFrom(1, 1, 2) }), async (model, real, { sub: id, readers }) => {
	const wants = model.subs.get(id)?.wants ?? [];
	const handsOut = () => real.outbox.fanOut(id, (event) => wants.includes('jobId' in event ? event.jobId : `@${event.account}`));
	met(`fan-out ${model.fanOut(id)}`);
	await Promise.all(Array.from({ length: readers }, handsOut));
	await real.agrees(model);
});

const claim = step('claim', fc.record({ sub, max: fc.integer({ min: 1, max: 4 }), inFlight: fc.integer({ min: 1, max: 4 }) }), async (model, real, { sub: id, max, inFlight }) => {
	await claimFor(model, real, id, max, inFlight);
});

async function claimFor(model: Deliveries, real: RealDeliveries, id: string, max: number, inFlight: number): Promise<RealDeliveries['claimed']> {
	const expected = model.claim(id, max, inFlight, LEASE_MS);
	const got = await real.outbox.claim(id, { max, inFlight, leaseMs: LEASE_MS });
	const shown = ({ line, tries, event }: { line: string; tries: number; event: { id: string } }) => [line, tries, event.id];
	expect(got.map(shown)).toEqual(expected.map(shown));
	met(`claim ${got.length}`);
	const taken = expected.map((one, i) => ({ model: one, token: got[i]!.token }));
	real.claimed.push(...taken);
	await real.agrees(model);
	return taken;
}

const result = fc.oneof(
	{ weight: 4, arbitrary: fc.constant({ kind: 'delivered' as const }) },
	{ weight: 2, arbitrary: fc.record({ kind: fc.constant('postponed' as const), until: waits, error: fc.constant('HTTP 500') }) },
	{ weight: 2, arbitrary: fc.constant({ kind: 'dead' as const, error: 'HTTP 404' }) },
	{ weight: 1, arbitrary: fc.constant({ kind: 'skipped' as const }) },
);

const settle = step('settle', fc.record({ back: fc.nat(4), result }), async (model, real, { back, result: wish }) => {
	const delivery = real.claimed.at(-1 - back);
	if (delivery) await settleWith(model, real, delivery, wish);
});

async function settleWith(model: Deliveries, real: RealDeliveries, { model: taken, token }: RealDeliveries['claimed'][number], wish: DeliveryResult): Promise<void> {
	const became: DeliveryResult = wish.kind === 'postponed' ? { ...wish, until: model.now + wish.until } : wish;
	const expected = model.settle(taken, became);
	met(`settle ${expected ? became.kind : 'lost'}`);
	expect(await real.outbox.settle({ subscriptionId: taken.sub, line: taken.line, token }, became)).toBe(expected);
	await real.agrees(model);
}

/** A whole round of a dispatcher. */
const deliver = step('deliver', fc.record({ sub, results: fc.array(result, { minLength: 1, maxLength: 4 }) }), async (model, real, { sub: id, results }) => {
	const wants = model.subs.get(id)?.wants ?? [];
	model.fanOut(id);
	await real.outbox.fanOut(id, (event) => wants.includes('jobId' in event ? event.jobId : `@${event.account}`));
	const taken = await claimFor(model, real, id, 4, 5);
	for (const [i, one] of taken.entries()) await settleWith(model, real, one, results[i % results.length]!);
});

const replay = step('replay', fc.record({ sub, which: fc.constantFrom('dead', 'dead', 'events', 'job', 'time'), pick: fc.nat(20), forMs: waits }), async (model, real, { sub: id, which, pick, forMs }) => {
	const known = [...model.log, ...[...model.subs.get(id)?.dead.values() ?? []].map(({ event }) => event)];
	const one = known[pick % Math.max(1, known.length)];
	if (!one) return;
	const job = real.jobs.includes(one.line) ? one.line : real.jobs[0]!;
	const asked = { dead: { which: 'dead' }, events: { which: 'events', eventIds: [one.id] }, job: { which: 'job', jobId: job }, time: { which: 'time', from: one.at, to: one.at + forMs } }[which] as Replay;
	const isMeant = { dead: () => true, events: ({ id: event }: Logged) => event === one.id, job: ({ line }: Logged) => line === job, time: ({ at }: Logged) => at >= one.at && at <= one.at + forMs }[which]!;
	const wants = model.subs.get(id)?.wants ?? [];
	const count = model.replay(id, isMeant, which as Replay['which']);
	met(`replay ${which} ${count > 0}`);
	expect(await real.outbox.replay(id, asked, (event) => wants.includes('jobId' in event ? event.jobId : `@${event.account}`))).toBe(count);
	await real.agrees(model);
});

const trim = step('trim', fc.constant(null), async (model, real) => {
	const cut = model.trim();
	met(`trim ${cut > 0}`);
	expect(await real.outbox.trim()).toBe(cut);
	await real.agrees(model);
});

/** A trigger takes an event in hand. */
const receive = step('receive', fc.constantFrom('evt_1', 'evt_2'), async (model, real, event) => {
	const { kind, number } = model.receive(event);
	const got = await real.world.inbox.claim('inbox', event);
	expect(got.kind).toBe(kind);
	met(`inbox ${kind}`);
	if (got.kind === 'claimed') real.taken.push({ event, token: got.token, number });
});

/** And says whether it took it, or had said so before. */
const answer = step('answer', fc.record({ back: fc.nat(2), taken: fc.boolean() }), async (model, real, { back, taken }) => {
	const held = real.taken.at(-1 - back);
	if (!held) return;
	const { inbox } = real.world;
	const expected = model.answer(held.event, held.number, taken);
	expect(await (taken ? inbox.confirm('inbox', held.event, held.token) : inbox.release('inbox', held.event, held.token))).toBe(expected);
});

const wait = step('wait', waits, async (model, real, ms) => real.tick(model, ms));

/** Lives of a log with two subscriptions. */
export const deliveryLives = fc.commands([
	tells, tells, tells, holds, subscribe, pause, pause, end, expire, fanOut, fanOut, claim, claim, settle, settle, settle, deliver, deliver, deliver, replay, trim, receive, answer, wait, wait, wait,
], { size: 'max', maxCommands: 100 });

/** What every life begins with. */
export async function subscribeAll(model: Deliveries, real: RealDeliveries): Promise<void> {
	for (const id of SUBS) {
		model.subscribe(id, linesOf(real, [0, 1, 2, 3, 4]), 1000 * HOUR, false);
		await real.world.subscriptions.subscribe({ id, url: 'https://n8n.example', events: [], ttlMs: 1000 * HOUR });
	}
}
