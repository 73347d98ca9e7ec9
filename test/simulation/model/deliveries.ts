import type { DeliveryResult, Replay } from '../../../src/store/subscription-contract';

/** An event of the log, as the model has it. */
export interface Logged {
	/** Place in the log since its beginning, from 0. */
	place: number;
	id: string;
	line: string;
	at: number;
}

/** What waits in a line: an event, anew or from among the dead. */
interface Entry {
	event: Logged;
	replayed: boolean;
}

interface Line {
	queue: Entry[];
	/** When the first may be tried; while it is under way the end of its lease. */
	head: number;
	tries: number;
	/** Which claim has it. */
	token: number | null;
}

export interface Subscription {
	wants: readonly string[];
	expiresAt: number;
	paused: boolean;
	/** Place of the last event it was handed. */
	cursor: number;
	lines: Map<string, Line>;
	dead: Map<string, { event: Logged; at: number; tries: number }>;
	missed: number;
	failingSince: number | null;
	lastError: string | null;
}

/** One delivery as a claim gave it. */
export interface Taken {
	sub: string;
	line: string;
	token: number;
	event: Logged;
	tries: number;
}

export interface Limits {
	maxAgeMs: number;
	maxEntries: number;
	deadMs: number;
	handedOut: number;
}

/** What the scripts promise of events on their way to subscriptions, in plain TypeScript. */
export class Deliveries {
	now = 0;
	log: Logged[] = [];
	readonly subs = new Map<string, Subscription>();
	/** Events that receivers know: taken for good, or in the hands of the call of this number. */
	private readonly inbox = new Map<string, number | 'done'>();
	private places = 0;
	private tokens = 0;

	constructor(readonly limits: Limits) {}

	logged(id: string, line: string): void {
		this.log.push({ place: this.places++, id, line, at: this.now });
	}

	/** True when it is new. */
	subscribe(id: string, wants: readonly string[], ttlMs: number, paused: boolean, beginsAnew = false): boolean {
		const known = this.subs.get(id);
		const fresh: Subscription = {
			wants, expiresAt: 0, paused, cursor: this.log.at(-1)?.place ?? -1, lines: new Map(), dead: new Map(), missed: 0, failingSince: null, lastError: null,
		};
		const sub = { ...known ?? fresh, wants, paused, expiresAt: this.now + ttlMs };
		this.subs.set(id, sub);
		if (beginsAnew) this.beginAnew(sub);
		return !known;
	}

	pause(id: string, paused: boolean): boolean {
		const sub = this.subs.get(id);
		if (sub) sub.paused = paused;
		if (sub && !paused) this.beginAnew(sub);
		return sub !== undefined;
	}

	expire(): string[] {
		const over = [...this.subs].filter(([, { expiresAt }]) => expiresAt <= this.now).map(([id]) => id);
		for (const id of over) this.subs.delete(id);
		return over;
	}

	waiting({ lines }: Subscription): number {
		return [...lines.values()].reduce((sum, { queue }) => sum + queue.length, 0);
	}

	/** Whether anything was handed out. */
	fanOut(id: string): boolean {
		const sub = this.subs.get(id);
		if (!sub || sub.paused || this.waiting(sub) >= this.limits.handedOut) return false;
		const events = this.log.filter(({ place }) => place > sub.cursor);
		for (const event of events) if (sub.wants.includes(event.line)) this.push(sub, { event, replayed: false });
		sub.cursor = events.at(-1)?.place ?? sub.cursor;
		return events.length > 0;
	}

	/** Subscriptions to which something may be handed out. */
	behind(): string[] {
		const last = this.log.at(-1);
		return [...this.subs].filter(([, sub]) => last && sub.cursor < last.place && !sub.paused && this.waiting(sub) < this.limits.handedOut).map(([id]) => id);
	}

	/** When the first delivery of a subscription may be tried; null when none waits or it is paused. */
	dueAt({ paused, lines }: Subscription): number | null {
		return paused || lines.size === 0 ? null : Math.min(...[...lines.values()].map(({ head }) => head));
	}

	claim(id: string, max: number, inFlight: number, leaseMs: number): Taken[] {
		const sub = this.subs.get(id);
		if (!sub || sub.paused) return [];
		const underWay = [...sub.lines.values()].filter(({ token, head }) => token !== null && head > this.now).length;
		const due = [...sub.lines].filter(([, { head }]) => head <= this.now).sort(([a, { head: aHead }], [b, { head: bHead }]) => aHead - bHead || (a < b ? -1 : 1));
		const token = ++this.tokens;
		return due.slice(0, Math.max(0, Math.min(max, inFlight - underWay))).flatMap(([name, line]) => {
			this.skipCut(sub, name, line);
			const first = line.queue[0];
			if (!first) return [];
			Object.assign(line, { token, head: this.now + leaseMs });
			return [{ sub: id, line: name, token, event: first.event, tries: line.tries }];
		});
	}

	/** False when the line has been taken over. */
	settle({ sub: id, line: name, token }: Taken, result: DeliveryResult): boolean {
		const sub = this.subs.get(id);
		const line = sub?.lines.get(name);
		if (!sub || !line || line.token !== token) return false;
		const { event, replayed } = line.queue[0]!;
		if (result.kind === 'delivered') Object.assign(sub, { failingSince: null, lastError: null });
		else if (result.kind !== 'skipped') Object.assign(sub, { failingSince: sub.failingSince ?? this.now, lastError: result.error });
		if (result.kind === 'postponed') {
			Object.assign(line, { token: null, tries: line.tries + 1, head: result.until });
			return true;
		}
		const isKept = replayed || this.log.includes(event);
		if (result.kind === 'dead' && isKept) sub.dead.set(event.id, { event, at: this.now, tries: line.tries + 1 });
		this.shift(sub, name, line);
		return true;
	}

	/** How many come again: dead deliveries, and of the log what is wanted and stands in no line. */
	replay(id: string, isMeant: (event: Logged) => boolean, which: Replay['which']): number {
		const sub = this.subs.get(id);
		if (!sub) return 0;
		const dead = [...sub.dead.values()].filter(({ event }) => isMeant(event)).map(({ event }) => ({ event, replayed: true }));
		const logged = which === 'dead' ? [] : this.log.filter((event) => isMeant(event) && sub.wants.includes(event.line) && !sub.dead.has(event.id) && !stands(sub, event))
			.map((event) => ({ event, replayed: false }));
		const again = [...dead, ...logged].sort((a, b) => a.event.place - b.event.place);
		for (const entry of again) {
			sub.dead.delete(entry.event.id);
			this.push(sub, entry);
		}
		return again.length;
	}

	/** How many entries were cut. */
	trim(): number {
		const { maxAgeMs, maxEntries, deadMs } = this.limits;
		const tooOld = this.log.filter(({ at }) => at <= this.now - maxAgeMs).length;
		const gone = this.log.splice(0, Math.max(tooOld, this.log.length - maxEntries, 0));
		for (const sub of this.subs.values()) {
			sub.missed += gone.filter(({ place }) => place > sub.cursor).length;
			for (const [event, { at }] of sub.dead) if (at <= this.now - deadMs) sub.dead.delete(event);
		}
		return gone.length;
	}

	receive(event: string): { kind: 'claimed' | 'busy' | 'done'; number: number } {
		const held = this.inbox.get(event);
		if (held !== undefined) return { kind: held === 'done' ? 'done' : 'busy', number: 0 };
		const number = ++this.tokens;
		this.inbox.set(event, number);
		return { kind: 'claimed', number };
	}

	/** Whether the call may still say so. */
	answer(event: string, number: number, taken: boolean): boolean {
		const held = this.inbox.get(event);
		// A call whose time ran out may still say that it took the event, unless another one has it.
		if (held !== number && !(held === undefined && taken)) return false;
		if (taken) this.inbox.set(event, 'done');
		else this.inbox.delete(event);
		return true;
	}

	private beginAnew(sub: Subscription): void {
		sub.failingSince = null;
		for (const line of sub.lines.values()) if (line.tries > 0 && line.token === null) Object.assign(line, { tries: 0, head: this.now });
	}

	private push(sub: Subscription, entry: Entry): void {
		const line = sub.lines.get(entry.event.line) ?? { queue: [], head: this.now, tries: 0, token: null };
		line.queue.push(entry);
		sub.lines.set(entry.event.line, line);
	}

	private shift(sub: Subscription, name: string, line: Line): void {
		line.queue.shift();
		Object.assign(line, { tries: 0, token: null, head: this.now });
		if (line.queue.length === 0) sub.lines.delete(name);
	}

	/** What was cut from the log before it could be delivered is missed, and the line goes on. */
	private skipCut(sub: Subscription, name: string, line: Line): void {
		for (let first = line.queue[0]; first && !first.replayed && !this.log.includes(first.event); first = line.queue[0]) {
			this.shift(sub, name, line);
			sub.missed += 1;
		}
	}
}

function stands({ lines }: Subscription, { id, line }: Logged): boolean {
	return lines.get(line)?.queue.some(({ event }) => event.id === id) === true;
}
