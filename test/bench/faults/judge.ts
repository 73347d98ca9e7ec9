import { policyOf } from '../../../src/job/policy';
import type { Job } from '../../../src/job/job';
import { eventOf, jobOf } from '../../../src/store/codec';
import type { History } from '../../support/history';
import { grouped } from '../../support/history';
import { INVARIANTS, type InvariantName } from '../../support/invariants';
import type { Snapshot } from '../../support/snapshot';
import { aheadAt, inScriptTime } from './clock';
import type { Row } from './contender';
import type { Recording, ShardFacts } from './recording';
import { isExplained, lostEnqueues, withoutAbsence, withoutForgotten, type LostEnqueue } from './rollback';
import { countPins } from './round';

/** What a shard showed. */
export interface Verdict {
	shard: ShardFacts;
	row: Row;
	violations: Record<string, string[]>;
	lost: LostEnqueue[];
	/** Jobs with an attempt of unknown outcome, and those among them that a person has to look at. */
	unknowns: { jobs: number; toHuman: number };
	/** How jobs ended. */
	ends: Record<string, number>;
	cuts: Record<string, number>;
	clockSteps: number;
}

/** Judges a recorded shard: every invariant, and what its line in the table says. */
export async function judge(recording: Recording): Promise<Verdict> {
	const [shard] = recording.shard;
	const lost = lostEnqueues(recording);
	const { jobs } = recordsIn(recording.snapshots.at(-1)!);
	// What Pinterest refuses whatever we do is not a failure of the way it was published.
	const unfit = new Set(recording.plan.filter(({ fate }) => fate !== 'fine').map(({ group }) => group));
	const isFit = ({ content }: Job) => !unfit.has(content.link ?? '');
	const toHuman = failedJobsOf(recording).filter(isFit);
	const doubted = jobs.filter(isFit).filter(({ attemptHistory, lostLeases }) => lostLeases > 0 || attemptHistory.some(({ outcome }) => outcome === 'unknown'));
	const pins = countPins(recording.plan, recording.pins.map(({ group }) => group), toHuman.map(({ content }) => content.link ?? ''));
	return {
		shard, lost,
		row: { contender: 'this engine', jobs: recording.plan.length, ...pins, lostEnqueues: lost.length, toHuman: toHuman.length, calls: shard.calls, seconds: shard.seconds, note: '' },
		violations: await violationsIn(recording, lost),
		unknowns: { jobs: doubted.length, toHuman: doubted.filter(({ state }) => state === 'failed').length },
		ends: counted(jobs.map(({ state, lastError, recovered }) => [state, recovered ? 'recovered' : lastError?.code].filter(Boolean).join(' '))),
		cuts: counted(recording.cuts.map(({ what, appendfsync }) => `${what} (${appendfsync})`)),
		clockSteps: Math.max(0, recording.clock.filter(({ offsetMs }, i) => i > 0 && offsetMs !== recording.clock[i - 1]!.offsetMs).length),
	};
}

/** The history as the invariants read it. */
export function historyOf(recording: Recording): History {
	const { jobs, events } = recordsIn(recording.snapshots.at(-1)!);
	const { plan, operations, leases, stale, rates, shard: [{ timeFactor }], ...rest } = recording;
	return { ...rest, policy: policyOf(timeFactor), plan: new Map(plan.map(({ key, group }) => [key, group])), scripts: { operations, leases, stale }, rates: rates[0], jobs, events };
}

async function violationsIn(recording: Recording, lost: LostEnqueue[]): Promise<Record<string, string[]>> {
	const { cuts, clock } = recording;
	const whole = historyOf(recording);
	const usual = inScriptTime(withoutForgotten(whole, recording), clock);
	// What reached Pinterest is compared with the true time, all else with the time of the scripts.
	const special: Partial<Record<InvariantName, History>> = {
		everyPostHasItsPermit: { ...whole, permits: whole.permits.map((permit) => ({ ...permit, sendBy: permit.sendBy - aheadAt(clock, permit.at) })) },
		leasesAreTakenOver: withoutAbsence(whole, recording),
	};
	const found: Record<string, string[]> = {};
	for (const [name, invariant] of Object.entries(INVARIANTS)) {
		const said = await invariant(special[name as InvariantName] ?? usual);
		const wrong = said.filter((sentence) => !isExplained(sentence, cuts));
		if (wrong.length > 0) found[name] = wrong;
	}
	const bare = failedJobsOf(recording).filter(({ lastError, queue, looks }) => lastError?.code === 'outcome_unknown' && (queue?.name !== 'ops' || looks.length === 0));
	if (bare.length > 0) found.everyDoubtHasItsEvidence = bare.map(({ id }) => `${id} is left to a person who is not shown what was seen`);
	const early = lost.filter(({ excused }) => !excused).map(({ key, writtenAt }) => `${key} was enqueued at ${writtenAt} and lost, although no cut followed within two seconds`);
	return early.length > 0 ? { ...found, onlyLateEnqueuesAreLost: early } : found;
}

const failedJobsOf = ({ snapshots }: Recording): Job[] => recordsIn(snapshots.at(-1)!).jobs.filter(({ state }) => state === 'failed');

function recordsIn({ values }: Snapshot): { jobs: Job[]; events: History['events'] } {
	const text = (name: string) => (values[name] ?? '') as string;
	const ids = Object.keys(values).filter((name) => name.startsWith('job:')).map((name) => name.slice(4));
	return {
		jobs: ids.map((id) => jobOf([id, Object.entries(values[`job:${id}`] as Record<string, string>).flat(), text(`doc:${id}`), text(`content:${id}`)])),
		events: ((values.events ?? []) as [string, string[]][]).map(eventOf),
	};
}

export function counted(names: string[]): Record<string, number> {
	return Object.fromEntries([...grouped(names, (name) => name)].sort(([a], [b]) => a.localeCompare(b)).map(([name, { length }]) => [name, length]));
}
