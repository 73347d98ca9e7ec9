import { setTimeout as sleep } from 'node:timers/promises';
import type { JobEvent } from '../../../src/job/event';
import { script } from '../../../src/store/scripts';
import type { Link, Tap } from '../../support/fault-proxy';
import type { WorkerProcess } from '../../support/worker-process';
import { atMost, type Figure } from '../figure';
import type { Rig } from './rig';

/** A job that a killed worker had, and whether the permit to send it had been given. */
interface Orphan {
	jobId: string;
	lostAt: number;
	isPermitted: boolean;
}

/** A worker that is killed when it asks for a send permit, or when a permit that it asked for comes back. */
class Doomed implements Tap {
	/** What it had asked for; null until it is struck. */
	orphans: Promise<Orphan[]> | null = null;
	worker: WorkerProcess | null = null;
	private readonly asked = new Set<string>();

	constructor(private readonly rig: Rig, private readonly when: 'before' | 'after') {}

	toServer(chunk: Buffer, link: Link): 'pass' | 'reset' {
		const jobIds = this.worker === null ? [] : askedIn(chunk.toString('latin1'));
		if (jobIds.length === 0) return 'pass';
		for (const jobId of jobIds) this.asked.add(jobId);
		link.note = 'asked';
		return this.when === 'before' ? this.struck() : 'pass';
	}

	toClient(chunk: Buffer, link: Link): 'pass' | 'reset' {
		return link.note === 'asked' && GRANTED.test(chunk.toString('latin1')) ? this.struck() : 'pass';
	}

	private struck(): 'reset' {
		this.orphans ??= this.orphansOf(Date.now());
		this.worker!.signal('SIGKILL');
		return 'reset';
	}

	/** Asked of Redis, and while the leases stand: it alone knows which of the permits it gave. */
	private async orphansOf(lostAt: number): Promise<Orphan[]> {
		await sleep(100);
		return Promise.all([...this.asked].map(async (jobId) => {
			const [sendBy] = await this.rig.fields(`job:${jobId}`, 'sendBy') ?? [];
			return { jobId, lostAt, isPermitted: Boolean(sendBy) };
		}));
	}
}

/** The answer that gives a permit: counter, now and, behind those that were refused, a send deadline alone in a list. */
const GRANTED = /\*3\r\n:\d+\r\n:\d+\r\n\*\d+\r\n(\*2\r\n\$0\r\n\r\n\$\d+\r\n\w+\r\n)*\*1\r\n:\d+\r\n/;
/** Within this every worker has its turn, ms. */
const STRUCK_MS = 60_000;
const ASKS = script('begin-send').sha;

/** The jobs that calls of begin-send.lua on the wire name. */
function askedIn(wire: string): string[] {
	return wire.split(/evalsha/i).filter((call) => call.includes(ASKS)).flatMap((call) => call.match(/pj_[a-z2-7]{26}/g) ?? []);
}

/**
 * Workers are killed while they have jobs, as many before the send permit as after it, beside one that lives. How long
 * until their jobs run again, or are looked for?
 */
export async function killedWorkers(rig: Rig, pairs: number): Promise<Figure[]> {
	const doomed = Array.from({ length: 2 * pairs }, (_, i) => new Doomed(rig, i % 2 === 0 ? 'before' : 'after'));
	const workers = await Promise.all(doomed.map((tap) => rig.worker(tap)));
	await rig.worker();
	rig.feed();
	// All have claimed and published for a while before the first is struck.
	await sleep(3 * rig.policy.boardGapMs);
	doomed.forEach((tap, i) => { tap.worker = workers[i]!; });
	for (const until = Date.now() + STRUCK_MS; doomed.some(({ orphans }) => orphans === null); await sleep(20)) {
		if (Date.now() > until) throw new Error(`Workers that never had their turn: ${doomed.map(({ orphans }) => orphans === null).join()}`);
	}
	const orphans = (await Promise.all(doomed.map((tap) => tap.orphans!))).flat();
	const withinMs = rig.policy.leaseMs + 5000;
	await sleep(Math.max(...orphans.map(({ lostAt }) => lostAt)) + withinMs + 1000 - Date.now());
	await rig.enough();
	const events = await rig.events();
	const [unsent, sent] = [false, true].map((wanted) => orphans.filter(({ isPermitted }) => isPermitted === wanted));
	return [
		atMost('worker killed before the permit: its job runs again', withinMs, delays(unsent!, events, ({ type }) => type === 'job.running')),
		atMost('worker killed after the permit: its job is in doubt', withinMs, delays(sent!, events, ({ snapshot }) => snapshot.phase === 'reconcile')),
		atMost('… and its board is read', withinMs, await looks(rig, sent!)),
	];
}

function delays(orphans: Orphan[], events: JobEvent[], isWanted: (event: JobEvent) => boolean): number[] {
	return orphans.map(({ jobId, lostAt }) => (events.find((event) => event.jobId === jobId && event.at > lostAt && isWanted(event))?.at ?? Infinity) - lostAt);
}

async function looks(rig: Rig, orphans: Orphan[]): Promise<number[]> {
	const reads = rig.calls('listBoardPins');
	return Promise.all(orphans.map(async ({ jobId, lostAt }) => {
		const [board] = await rig.fields(`job:${jobId}`, 'board') ?? [];
		return (reads.find((read) => read.board === board && read.at > lostAt)?.at ?? Infinity) - lostAt;
	}));
}
