import { setTimeout as sleep } from 'node:timers/promises';
import { grouped } from '../../support/history';
import { atMost, none, seconds, told, type Figure } from '../figure';
import type { Rig } from './rig';

export interface OutageOptions {
	/** How long everything goes well before and after each outage, ms. */
	quietMs: number;
	/** How long Redis is away the last time, ms. */
	awayMs: number;
	/** How long what is left may take to end, ms. */
	drainMs: number;
}

/** The first claim comes within this after Redis answers again, ms. */
const BACK_MS = 3000;

/** Redis is restarted under living workers, killed and restarted, and goes away for a while. Who waits, and for how long? */
export async function outages(rig: Rig, { quietMs, awayMs, drainMs }: OutageOptions): Promise<Figure[]> {
	await Promise.all([rig.worker(), rig.worker()]);
	const startedAt = Date.now();
	rig.feed();
	await sleep(quietMs);
	const usualMs = longestGapMs(rig, startedAt + quietMs / 2, Date.now());
	const figures = [
		told('longest pause between two Pins while all is well', `${seconds(usualMs)} s`),
		...await outage(rig, 'Redis restarted (SIGTERM)', { how: 'SIGTERM', awayMs: 0, quietMs, usualMs }),
		...await outage(rig, 'Redis killed and restarted (kill -9)', { how: 'SIGKILL', awayMs: 0, quietMs, usualMs }),
		...await outage(rig, `Redis away ${seconds(awayMs)} s`, { how: 'SIGTERM', awayMs, quietMs, usualMs }),
	];
	await rig.enough();
	return [...figures, ...await theEnd(rig, drainMs)];
}

interface Outage {
	how: 'SIGTERM' | 'SIGKILL';
	awayMs: number;
	quietMs: number;
	/** The longest pause between two Pins while all is well. */
	usualMs: number;
}

async function outage(rig: Rig, what: string, { how, awayMs, quietMs, usualMs }: Outage): Promise<Figure[]> {
	const quarantine = watchQuarantine(rig);
	const { downAt, upAt } = await rig.restartRedis(how, awayMs);
	await sleep(quietMs);
	const first = (await rig.events()).find(({ type, at }) => type === 'job.running' && at >= upAt);
	const sentAt = rig.calls('createPin', upAt)[0]?.at ?? Infinity;
	return [
		atMost(`${what}: back → first claim`, BACK_MS, [(first?.at ?? Infinity) - upAt]),
		told('… back → first Pin sent', `${seconds(sentAt - upAt)} s`),
		none('… times that a quarantine was seen', await quarantine.stop()),
		none('… boards read before a Pin was sent', rig.calls('listBoardPins', downAt).length),
		told('… Redis was away', `${seconds(upAt - downAt)} s`),
		atMost('… longest pause between two Pins', upAt - downAt + usualMs + BACK_MS, [longestGapMs(rig, downAt - quietMs / 2, upAt + quietMs / 2)]),
	];
}

/** Asks again and again whether every send is to be preceded by a look. */
function watchQuarantine(rig: Rig): { stop(): Promise<number> } {
	let isOver = false, seen = 0;
	const watching = (async () => {
		while (!isOver) {
			const [until, suspectUntil, pendingUntil] = await rig.fields('meta', 'quarantineUntil', 'suspectUntil', 'pendingUntil') ?? [];
			const now = Date.now();
			// While workers may still come back nothing is looked for; what is suspected after that is.
			if (Number(until ?? 0) > now || (Number(suspectUntil ?? 0) > now && Number(pendingUntil ?? 0) <= now)) seen += 1;
			await sleep(50);
		}
	})();
	return {
		stop: async () => {
			isOver = true;
			await watching;
			return seen;
		},
	};
}

function longestGapMs(rig: Rig, from: number, to: number): number {
	const times = [from, ...rig.calls('createPin', from).map(({ at }) => at).filter((at) => at <= to), to];
	return times.reduce((longest, at, i) => Math.max(longest, i === 0 ? 0 : at - times[i - 1]!), 0);
}

/** All that was enqueued, and nothing else, is published once. */
async function theEnd(rig: Rig, drainMs: number): Promise<Figure[]> {
	const deadline = Date.now() + drainMs, wanted = rig.requests.length;
	while ((await rig.states()).succeeded !== wanted && Date.now() < deadline) await sleep(200);
	const sent = grouped(rig.calls('createPin'), ({ link }) => link ?? '');
	const pins = grouped(rig.sandbox.control.pins({ limit: Infinity }).items, ({ link }) => link ?? '');
	return [
		told('jobs in all', `${wanted}: ${JSON.stringify(await rig.states())}`),
		none('sent more than once', [...sent.values()].filter(({ length }) => length > 1).length),
		none('published twice', [...pins.values()].filter(({ length }) => length > 1).length),
		none('not published', rig.requests.filter(({ link }) => !pins.has(link!)).length),
	];
}
