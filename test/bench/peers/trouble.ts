import { setTimeout as sleep } from 'node:timers/promises';
import type { Tap } from '../../support/fault-proxy';
import type { Mishap } from '../faults/contender';
import type { Stage } from './stage';

/** An aimed mishap that no request came along for strikes after this long, ms. */
const AIM_MS = 1500;

/** A request is with Pinterest after this long, ms, and its answer is not back yet: with a new connection it is not at once. */
const ARRIVED_MS = 3;

/** Lets somebody strike while Pinterest has a request to create a Pin and has not answered it. */
export class SendTap implements Tap {
	/** Sets how soon the strike comes, once somebody waits for one. */
	private aim: ((inMs: number) => void) | null = null;

	toServer(chunk: Buffer): 'pass' {
		if (chunk.subarray(0, 13).toString() === 'POST /v5/pins') this.aim?.(ARRIVED_MS);
		return 'pass';
	}

	/** Calls `strike` with the next request, or after a while without one; resolves then. */
	async atNextSend(strike: () => void): Promise<void> {
		await new Promise<void>((resolve) => {
			let timer: NodeJS.Timeout;
			const aim = (inMs: number) => {
				clearTimeout(timer);
				timer = setTimeout(resolve, inMs);
			};
			aim(AIM_MS);
			this.aim = (inMs) => {
				this.aim = null;
				aim(inMs);
			};
		});
		this.aim = null;
		strike();
	}
}

/** A process that mishaps happen to. */
export interface Victim {
	readonly tap: SendTap;
	signal(signal: NodeJS.Signals): void;
	/** Starts it again once it was killed; resolves when it works. */
	restart(): Promise<void>;
	/** Whether it has ended because all is done. */
	isDone(): boolean;
}

/** How often each mishap happened. */
export type Mishaps = Record<Mishap['what'], number>;

/** Lets the mishaps happen to the victims, one after the other to each; one that comes too late for the round's trouble is left out. */
export async function harass(victims: Victim[], mishaps: Mishap[], stage: Pick<Stage, 'until' | 'nowMs' | 'round'>): Promise<Mishaps> {
	const happened: Mishaps = { kill: 0, freeze: 0 };
	await Promise.all(victims.map(async (victim, n) => {
		for (const mishap of mishaps.filter(({ worker }) => worker % victims.length === n)) {
			await stage.until(mishap.atMs);
			if (stage.nowMs > stage.round.troubleMs || victim.isDone()) return;
			happened[mishap.what] += 1;
			await befall(victim, mishap);
		}
	}));
	return happened;
}

async function befall(victim: Victim, { what, aimed, forMs }: Mishap): Promise<void> {
	const strike = () => victim.signal(what === 'kill' ? 'SIGKILL' : 'SIGSTOP');
	if (aimed) await victim.tap.atNextSend(strike);
	else strike();
	await sleep(forMs);
	if (what === 'freeze') victim.signal('SIGCONT');
	else await victim.restart();
}

/** Every freeze, and `most` of the kills, spread over the schedule: for a victim that takes long to start. */
export function fewerKills(mishaps: Mishap[], most: number): Mishap[] {
	const kills = mishaps.filter(({ what }) => what === 'kill');
	const wanted = Math.min(kills.length, most);
	const chosen = new Set(Array.from({ length: wanted }, (_, n) => kills[Math.floor(((n + 0.5) * kills.length) / wanted)]!));
	return mishaps.filter((mishap) => mishap.what === 'freeze' || chosen.has(mishap));
}
