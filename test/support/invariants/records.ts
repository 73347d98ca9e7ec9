// What Redis keeps, in the middle of the run and at its end.
import { boundOf } from '../../../src/store/keys';
import { contradictions } from '../../integration/store/invariants';
import { endOf, membersOf, type History } from '../history';
import type { Snapshot } from '../snapshot';
import type { StoreWorld } from '../../integration/store/store-world';

/** I1, I9, I13: at every instant each index agrees with the records, and each record with its last event. */
export async function indexesAgree({ snapshots }: History): Promise<string[]> {
	const wrong: string[] = [];
	for (const snapshot of snapshots) wrong.push(...(await contradictions(asWorld(snapshot))).map((what) => `at ${snapshot.at}: ${what}`));
	return wrong;
}

/** Every key has a row in the table of bounds, of its type. */
export function everyKeyIsBounded(history: History): string[] {
	const { types } = endOf(history);
	return Object.entries(types).filter(([name, type]) => boundOf('', name)?.type !== type).map(([name, type]) => `${name} (${type}) has no bound`);
}

const OF_WAITING = /^(lane|boards|due):|^deadlines$/;
const OF_WORKING = /^(leases|displaced|busy:.+)$/;

/** When all has ended, nothing stands in an index of what waits or is worked on; what is still in doubt stands with the doubts. */
export function nothingIsLeftAtWork(history: History): string[] {
	const { values } = endOf(history);
	const unsure = new Set(history.jobs.filter(({ inDoubt }) => inDoubt !== null).map(({ id }) => id));
	const doubts = membersOf(values.doubt).filter(({ member }) => !unsure.has(member)).map(({ member }) => `doubt holds ${member}`);
	const contested = namesIn(values, /^nat:/).flatMap((name) => Object.keys(values[name] as Record<string, string>)
		.filter((id) => !unsure.has(id)).map((id) => `${name} holds ${id}`));
	const left = (index: RegExp) => namesIn(values, index).map((name) => `${name} holds ${JSON.stringify(values[name])}`);
	return [
		...doubts,
		...(history.jobs.some(({ finishedAt }) => finishedAt === null) ? [] : left(OF_WAITING)),
		...(history.jobs.some(({ lease }) => lease !== null) ? [] : [...contested, ...left(OF_WORKING)]),
	];
}

const namesIn = (values: Snapshot['values'], index: RegExp): string[] => Object.keys(values).filter((name) => index.test(name));

/** Between two rounds of a sweeper, in real time (crew.ts). */
const SWEEP_MS = 2000;
/** How long nobody may sweep while workers come and go, ms: they are restarted within seconds. */
const NOBODY_MS = 5000;

/** I17: expired leases are taken over within two rounds, after the time that owners have to come back when Redis was away. */
export function leasesAreTakenOver({ snapshots, policy }: History): string[] {
	const allowedMs = policy.leaseMs + (2 * SWEEP_MS) / policy.timeFactor + NOBODY_MS;
	return snapshots.flatMap(({ at, values }) => membersOf(values.leases)
		.filter(({ score }) => score < at - allowedMs)
		.map(({ member, score }) => `${member} was leased until ${score}, ${at - score} ms before`));
}

/** I23: each failed job is in exactly one queue, with a code that says what to do. */
export function failuresHaveOneQueue(history: History): string[] {
	const { values } = endOf(history);
	const queues = ['ops', 'client', 'engineering'].map((name) => new Set(membersOf(values[`failed:${name}`]).map(({ member }) => member)));
	return history.jobs.flatMap(({ id, state, queue, lastError, mayExist }) => {
		const found = queues.filter((members) => members.has(id)).length;
		const wanted = state === 'failed' && !mayExist ? 1 : 0;
		return found !== wanted || (wanted === 1 && (!queue || !lastError)) ? [`${id} is ${state} and in ${found} queues (${lastError?.code})`] : [];
	});
}

/** I30: no secret is kept or logged. */
export function noSecretIsKept(history: History): string[] {
	const texts = [...history.snapshots.map(({ values }) => JSON.stringify(values)), ...history.logs];
	return history.secrets.filter((secret) => texts.some((text) => text.includes(secret))).map((secret) => `A secret is kept: ${secret.slice(0, 6)}…`);
}

/** A snapshot in the form in which the store's own tests look at a namespace. */
function asWorld({ types, values }: Snapshot): StoreWorld {
	const view = { namespace: { prefix: '' }, dump: () => Promise.resolve(values), redis: { type: (name: string) => Promise.resolve(types[name]) } };
	return view as unknown as StoreWorld;
}
