import { script } from '../../src/store/scripts';
import type { Dice } from '../support/dice';
import type { Fate, Link, Tap } from '../support/fault-proxy';

/** What can go wrong between a client and Redis. All but `resetBefore` and `delay` lose the reply to a call that was carried out. */
const REDIS_FAULTS = ['resetBefore', 'delay', 'loseReply', 'loseReply', 'tearReply', 'silence'] as const;
const DELAY_MS = 150;

/** Loses replies of Redis by chance, and lets somebody strike when a send permit comes back. */
export class RedisTap implements Tap {
	lostReplies = 0;
	/** Whether nothing that Redis answers arrives any more. */
	muted = false;
	/** Called once, with the permit on its way and not yet delivered. */
	onPermit: (() => Fate | undefined) | null = null;
	private readonly permitSha = script('begin-send').sha;
	private readonly asked = new Set<Link>();

	constructor(private readonly dice: Dice, public chance: number) {}

	toServer(chunk: Buffer, link: Link): Fate {
		if (chunk.includes(this.permitSha)) this.asked.add(link);
		if (!this.dice.hits(this.chance)) return 'pass';
		const fault = this.dice.pick(REDIS_FAULTS);
		if (fault === 'resetBefore') return 'reset';
		if (fault === 'delay') return { delayMs: this.dice.between(0, DELAY_MS) };
		link.note = fault;
		return 'pass';
	}

	toClient(_chunk: Buffer, link: Link): Fate {
		const isPermit = this.asked.delete(link);
		const { note } = link;
		link.note = null;
		if (this.muted) return 'silence';
		if (note !== null) {
			this.lostReplies += 1;
			return note === 'silence' ? 'silence' : note === 'tearReply' ? 'tear' : 'reset';
		}
		if (!isPermit || this.onPermit === null) return 'pass';
		const strike = this.onPermit;
		this.onPermit = null;
		return strike() ?? 'pass';
	}
}

/** What can go wrong with the answer of Pinterest on its way. A request is never delayed: what leaves in time shall be seen to arrive in time. */
const PINTEREST_FAULTS = ['delay', 'loseReply', 'tearReply', 'silence'] as const;

/** Spoils answers of Pinterest by chance, and lets somebody strike when the request for a Pin leaves a worker or its answer comes back. */
export class PinterestTap implements Tap {
	/** How often an answer was spoiled. */
	spoiled = 0;
	/** When the request for each Pin was seen on its way, by the Pin's link. From here to Pinterest a new connection may take a second. */
	readonly left: { link: string; at: number }[] = [];
	onRequest: (() => void) | null = null;
	onAnswer: (() => void) | null = null;

	constructor(private readonly dice: Dice, public chance = 0) {}

	toServer(chunk: Buffer, link: Link): Fate {
		if (chunk.subarray(0, 13).toString() !== 'POST /v5/pins') return 'pass';
		link.note = 'pin';
		this.left.push({ link: /"link":"([^"]*)"/.exec(chunk.toString())?.[1] ?? '', at: Date.now() });
		this.strike('onRequest');
		return 'pass';
	}

	toClient(_chunk: Buffer, link: Link): Fate {
		if (link.note === 'pin') this.strike('onAnswer');
		if (!this.dice.hits(this.chance)) return 'pass';
		this.spoiled += 1;
		const fault = this.dice.pick(PINTEREST_FAULTS);
		return fault === 'delay' ? { delayMs: this.dice.between(0, DELAY_MS) } : fault === 'silence' ? 'silence' : fault === 'tearReply' ? 'tear' : 'reset';
	}

	private strike(when: 'onRequest' | 'onAnswer'): void {
		const strike = this[when];
		this[when] = null;
		strike?.();
	}
}
