import fc from 'fast-check';
import { deadlineOf, endOfWaiting } from '../../../src/job/deadline';
import { intoSuspicion } from '../../../src/job/doubt';
import type { Job } from '../../../src/job/job';
import { overdue } from '../../../src/store/overdue';
import type { Model } from './model';
import { ACCOUNTS, beatAll, IMAGES, JOBS, policy, type Real } from './real';
import { met, stepOf } from './step';

// What sweepers, workers and people do beside the jobs.

const step = stepOf<Model, Real>();

/** A call that writes and makes no Pin, as the registration of a video; counted from the lease that was given last. */
const beginWrite = step('beginWrite', fc.nat(5), async (model, real, back) => {
	const held = real.held.at(-1 - back), known = held && model.jobs.get(held.id);
	if (!held) return;
	const may = known !== undefined && known.lease?.fence === held.lease.fence && model.holds.until(known.job.account, null) <= model.now;
	if (may) model.writes();
	met(`write ${may ? 'let go' : 'refused'}`);
	expect(await real.jobs.beginWrite(held)).toBe(may);
	await real.agrees(model, [held.id]);
});

const putImage = step('putImage', fc.constantFrom(...IMAGES), async (model, real, { sha256 }) => {
	const isNew = model.images.put(sha256, model.now);
	model.writes();
	expect(await real.putImage(sha256)).toBe(isNew);
});

const sweepImages = step('sweepImages', fc.boolean(), async (model, real, waits) => {
	if (waits) real.tick(model, 3_600_000);
	const count = model.images.sweep(model.now);
	if (count > 0) model.writes();
	met(`images swept ${count}`);
	expect(await real.world.media.sweep()).toBe(count);
});

/** Records past their keeping become tombstones; now and then after the time that it takes. */
const purge = step('purge', fc.record({ max: fc.integer({ min: 1, max: 4 }), waits: fc.boolean() }), async (model, real, { max, waits }) => {
	if (waits) real.tick(model, policy.retentionMs);
	const gone = model.purge(max);
	if (gone.length > 0) model.writes();
	met(`purged ${gone.length > 0}`);
	expect(await real.jobs.purge(max)).toBe(gone.length);
	await real.agrees(model, gone);
});

const dismiss = step('dismiss', fc.nat(JOBS - 1), async (model, real, n) => {
	const id = real.idOf(n);
	const stood = model.doubles.delete(id);
	if (stood) model.writes();
	expect(await real.jobs.dismissDoublePin(id)).toBe(stood);
});

/** The waiting jobs whose time is over, the longest first. */
function overdueIn({ jobs, now }: Model): Job[] {
	const waiting = [...jobs.values()].flatMap(({ job, lease }) => (lease === null && ['queued', 'retry_scheduled'].includes(job.state) && job.phase !== 'reconcile' ? [job] : []));
	const over = waiting.map((job) => ({ job, at: deadlineOf(job, policy) })).filter(({ at }) => at < now);
	return over.sort((a, b) => a.at - b.at || (a.job.id < b.job.id ? -1 : 1)).map(({ job }) => job);
}

/** Jobs whose time is over while they wait are ended or, where Redis may have forgotten that they were sent, looked for; now and then after the time that it takes. */
const endOverdue = step('endOverdue', fc.record({ max: fc.integer({ min: 1, max: 4 }), waits: fc.boolean() }), async (model, real, { max, waits }) => {
	if (waits) real.tick(model, policy.patienceMs + 1);
	const late = overdueIn(model).slice(0, max);
	expect((await overdue(real.world.namespace, max)).map(({ id }) => id)).toEqual(late.map(({ id }) => id));
	const terms = { policy, now: model.now, random: () => 0 };
	for (const seen of late) {
		const change = endOfWaiting(seen, terms)!;
		const asSeen = { expectedRevision: seen.revision, expectedSeq: seen.seq, aliases: [] };
		const { kind } = model.revise(seen.id, seen, null, change, [], true);
		const answer = await real.jobs.revise(seen.id, { ...asSeen, change, unasked: true });
		expect(answer.kind).toBe(kind);
		met(`overdue ${kind === 'revised' ? change.event : kind}`);
		if (answer.kind === 'in_doubt') {
			const suspected = intoSuspicion(seen, answer.cut, terms);
			expect(model.revise(seen.id, seen, null, suspected, []).kind).toBe('revised');
			expect((await real.jobs.revise(seen.id, { ...asSeen, change: suspected })).kind).toBe('revised');
		}
		model.writes();
	}
	await real.agrees(model, late.map(({ id }) => id));
});

/** Accounts whose jobs wait and that nobody served for long are held. */
const watch = step('watch', fc.constantFrom(0, 60_000, 600_000), async (model, real, staleMs) => {
	const { names, opened } = model.watch(ACCOUNTS, staleMs);
	if (opened) model.writes();
	met(`unserved ${names.length}`);
	const told = await real.world.holds.openForMissingWorkers(staleMs);
	expect(told.map(({ incident: { account, kind } }) => `${kind}:${account}`)).toEqual(names);
});

const beat = step('beat', fc.constant(null), async (model, real) => {
	model.holds.beat(ACCOUNTS, model.now);
	model.writes();
	await beatAll(real.world);
});

/** Redis has restarted; whoever greets it first sees that it is another run than the one that wrote last, which synced each second. */
const restart = step('restart', fc.constant(null), async (model, real) => {
	model.holds.beat(ACCOUNTS, model.now);
	model.writes();
	await beatAll(real.world);
	model.restart();
	await real.restart();
});

export const chores = [beginWrite, putImage, sweepImages, purge, endOverdue, dismiss, watch, beat, restart];
