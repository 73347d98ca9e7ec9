import { naturalKey } from '../../../src/job/natural-key';
import { jobOf } from '../../../src/store/codec';
import { boundOf } from '../../../src/store/keys';
import type { Kept } from '../../../src/store/packing';
import type { StoreWorld } from './store-world';

type Hash = Record<string, string>;
type Dump = Record<string, unknown>;

/** What is wrong with a namespace: every index against the records, every key against the bounds table. Empty when all is well. */
export async function contradictions(world: StoreWorld): Promise<string[]> {
	const prefix = world.namespace.prefix;
	const dump = Object.fromEntries(Object.entries(await world.dump()).map(([key, value]) => [key.slice(prefix.length), value]));
	const types = await Promise.all(Object.keys(dump).map(async (name) => [name, await world.redis.type(prefix + name)] as const));
	const unbounded = types.filter(([name, type]) => boundOf(prefix, prefix + name)?.type !== type).map(([name, type]) => `${name} (${type}) has no bound`);
	return [...unbounded, ...differences('index', expectedIndexes(dump), actualIndexes(dump)), ...turnFaults(dump), ...causeFaults(dump), ...sequenceFaults(dump)];
}

/** Ends a world after its test, which fails when anything is wrong with the namespace. */
export async function endSound(world: StoreWorld): Promise<void> {
	const wrong = await contradictions(world);
	await world.end();
	expect(wrong).toEqual([]);
}

const jobsOf = (dump: Dump): (Hash & { id: string })[] =>
	Object.entries(dump).flatMap(([name, value]) => (name.startsWith('job:') ? [{ seq: '1', ...(value as Hash), id: name.slice(4) }] : []));

function laneOf({ state, phase, fence, handed }: Hash): string | null {
	if (fence) return null;
	return state === 'queued' || state === 'retry_scheduled' ? { reconcile: 'look', media: handed === '1' ? 'media' : 'upload' }[phase ?? ''] ?? 'publish' : null;
}

/** When a snooze ends stands in no field of the hash; of a job to which nothing has happened there is no doc. */
function snoozeIn(doc: unknown): number | null {
	return (JSON.parse(doc as string | undefined ?? '{}') as { queue?: { snoozedUntil?: number | null } }).queue?.snoozedUntil ?? null;
}

function naturalKeyOf(id: string, dump: Dump): string {
	const fields = Object.entries(dump[`job:${id}`] as Hash).flat();
	return naturalKey(jobOf([id, fields, dump[`doc:${id}`] as string | undefined ?? '', dump[`content:${id}`] as Kept]));
}

/** Every place in an index that the records ask for: name, member and value in one line. */
function expectedIndexes(dump: Dump): Set<string> {
	const places = new Set<string>();
	const counts = new Map<string, number>();
	const count = (name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);
	const heads = new Map<string, { lane: string; account: string; place: string; at: number }>();
	for (const job of jobsOf(dump)) {
		const { id, state, account = '', board = '', created, queue, group, media, url = '' } = job;
		places.add(`state:${state} ${id} ${created}`).add(`jobs:${account} ${id} ${created}`);
		if (state !== 'succeeded' && state !== 'canceled') count(`counts:${account} ${state}`);
		if (job.doubt) {
			places.add(`doubt ${id} ${job.doubt}`);
			count(`counts:${account} doubt`);
		}
		const lane = laneOf(job);
		if (lane) {
			const where = job.waits === '1' ? `~${url}` : board;
			const place = `${lane}:${account}:${where}`;
			places.add(`lane:${place} ${job.ord ? `${job.ord}:` : ''}${id} ${job.due}`);
			if (lane !== 'look' && job.ends) places.add(`deadlines ${id} ${job.ends}`);
			heads.set(place, { lane, account, place: where, at: Math.min(heads.get(place)?.at ?? Infinity, Number(job.due)) });
		}
		if (job.fence) places.add(`leases ${id} ${job.leaseEnd}`);
		if (state === 'running') places.add(`busy:${account} ${board} ${id}`);
		const stand = job.sendBy ? 'sending' : job.doubt ? 'doubt' : null;
		if (stand) places.add(`nat:${account}:${board} ${id} ${stand} ${naturalKeyOf(id, dump)}`);
		if (queue) places.add(`failed:${queue} ${id}`);
		if (queue && group) count(`groups ${group}`);
		const snoozedUntil = snoozeIn(dump[`doc:${id}`]);
		if (queue && snoozedUntil !== null) places.add(`snoozed ${id} ${snoozedUntil}`);
		for (const sha of media ? media.split(',') : []) places.add(`mediarefs:${sha} ${id}`);
		const over = state === 'succeeded' || state === 'canceled' || (state === 'failed' && !queue);
		if (over) places.add(`finished ${id} ${job.finished}`);
	}
	for (const [name, n] of counts) places.add(`${name} ${n}`);
	const dues = new Map<string, number>();
	for (const { lane, account, place, at } of heads.values()) {
		const writes = lane === 'publish', link = place.startsWith('~') ? place.slice(1) : null;
		const taken = (dump[`${link === null ? 'busy' : 'turns'}:${account}`] ?? {}) as Hash;
		if (writes && taken[link ?? place]) continue;
		const notBefore = link !== null ? scoreOf(dump[`links:${account}`], link)
			: lane === 'look' ? dump[`scan:${account}:${place}`] : writes ? ((dump[`gaps:${account}`] ?? {}) as Hash)[place] : 0;
		const from = Math.max(at, Number(notBefore ?? 0));
		places.add(`boards:${lane}:${account} ${place} ${from}`);
		const due = `due:${lane} ${account}`;
		dues.set(due, Math.min(dues.get(due) ?? Infinity, from));
	}
	for (const [due, at] of dues) places.add(`${due} ${at}`);
	return places;
}

function scoreOf(zset: unknown, member: string): string | undefined {
	const members = (zset ?? []) as string[];
	return members[members.indexOf(member) + 1 || members.length];
}

/** Whoever has a link's turn waits on its board to publish; without such a job the link would be closed for ever. */
function turnFaults(dump: Dump): string[] {
	return Object.entries(dump).filter(([name]) => name.startsWith('turns:')).flatMap(([name, turns]) => Object.entries(turns as Hash).flatMap(([link, id]) => {
		const job = jobsOf(dump).find((one) => one.id === id);
		const isNext = job && laneOf(job) === 'publish' && job.waits !== '1' && job.url === link && `turns:${job.account}` === name;
		return isNext ? [] : [`${name} gives ${id} the turn of ${link}`];
	}));
}

/** A cause is told of as long as it has open failures. */
function causeFaults(dump: Dump): string[] {
	const [groups, causes] = ['groups', 'causes'].map((name) => new Set(Object.keys((dump[name] ?? {}) as Hash)));
	return differences('causes', groups!, causes!);
}

const INDEXES = /^(state|jobs|lane|boards|due|busy|nat|failed|mediarefs|counts):|^(leases|doubt|finished|groups|snoozed|deadlines)$/;

function actualIndexes(dump: Dump): Set<string> {
	return new Set(Object.entries(dump).filter(([name]) => INDEXES.test(name)).flatMap(([name, value]) => placesIn(name, value)));
}

function placesIn(name: string, value: unknown): string[] {
	if (!Array.isArray(value)) return Object.entries(value as Hash).flatMap(([field, held]) => (held === '0' ? [] : [`${name} ${field} ${held}`]));
	const members = value as string[];
	if (/^mediarefs:/.test(name)) return members.map((member) => `${name} ${member}`);
	return members.flatMap((member, i) => {
		if (i % 2 === 1) return [];
		// When a failure came is in no field of the hash.
		return [name.startsWith('failed:') ? `${name} ${member}` : `${name} ${member} ${members[i + 1]}`];
	});
}

function differences(what: string, expected: Set<string>, actual: Set<string>): string[] {
	return [
		...[...expected].filter((place) => !actual.has(place)).map((place) => `${what} lacks ${place}`),
		...[...actual].filter((place) => !expected.has(place)).map((place) => `${what} should not have ${place}`),
	];
}

/** Events of each job are numbered without a gap up to the number in its record; a log that was cut may lack the first ones. */
function sequenceFaults(dump: Dump): string[] {
	const seen = new Map<string, number[]>();
	for (const [, flat] of (dump.events ?? []) as [string, string[]][]) {
		const job = flat[flat.indexOf('job') + 1];
		if (!flat.includes('seq') || !job) continue;
		seen.set(job, [...(seen.get(job) ?? []), Number(flat[flat.indexOf('seq') + 1])]);
	}
	return jobsOf(dump).flatMap(({ id, seq }) => {
		const numbers = seen.get(id) ?? [];
		const first = Number(seq) - numbers.length;
		return numbers.every((number, i) => number === first + i + 1) ? [] : [`${id} (seq ${seq}) has events ${numbers.join()}`];
	});
}
