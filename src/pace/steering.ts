import type { PaceSettings } from '../config';
import { waitMsOf, type Heard } from '../job/rate-headers';
import type { CallKind } from './buckets';
import { begun, rateAt, refused, type Learned } from './learning';
import { FASTEST, NOTHING_KNOWN, targetOf, toldIn, type Known } from './limits';
import { within } from './within';

export type Remembered = Partial<Record<CallKind, Known>>;

/** What all workers of a namespace know of the limits of accounts; it outlives them. */
export interface PaceMemory {
	recall(account: string): Promise<Remembered>;
	learn(account: string, remembered: Remembered): Promise<void>;
	/** A write that had its permit was refused: it no longer counts. Answers when the account's others of the last minute got theirs, epoch ms. */
	refused(account: string): Promise<number[]>;
}

interface Parts {
	memory: PaceMemory;
	/** Epoch ms of Redis. */
	now(): number;
	timeFactor: number;
}

const RECALL_MS = 500;

/** Hears what Pinterest says of its limits, and remembers it with the other workers. */
export class Steering {
	private readonly known = new Map<string, Remembered>();
	private readonly recalling = new Map<string, Promise<void>>();
	/** One after the other: answers that come together speak of one refusal. */
	private turn: Promise<unknown> = Promise.resolve();

	constructor(private readonly parts: Parts) {}

	of(account: string, kind: CallKind): Known {
		return this.known.get(account)?.[kind] ?? NOTHING_KNOWN;
	}

	/** Reads what is known by now; null when that was done before. While nobody answers, what was known counts. */
	first(account: string): Promise<void> | null {
		if (this.known.has(account)) return null;
		const recalling = this.recalling.get(account) ?? this.recall(account).finally(() => {
			if (!this.known.has(account)) this.known.set(account, {});
			this.recalling.delete(account);
		});
		this.recalling.set(account, recalling);
		return recalling;
	}

	/** The same again, since other workers hear too. */
	async recall(account: string): Promise<void> {
		this.known.set(account, await within(RECALL_MS, this.parts.memory.recall(account)));
	}

	forget(account: string): void {
		this.known.delete(account);
	}

	/** Takes in an answer; true when another pace may follow from it. */
	async hear(account: string, heard: Heard, pace: PaceSettings): Promise<boolean> {
		const { told } = this.of(account, heard.kind);
		const named = toldIn(heard.headers, heard.kind, this.parts.timeFactor);
		if (!heard.isThrottled && (named ?? told) === told && !this.begins(account, heard)) return false;
		const hearing = this.turn.then(() => this.takeIn(account, heard, named, pace));
		this.turn = hearing.catch(() => undefined);
		return hearing;
	}

	private async takeIn(account: string, heard: Heard, named: number | null, pace: PaceSettings): Promise<boolean> {
		const { memory } = this.parts;
		const sentAt = heard.isThrottled && heard.kind === 'write' ? await memory.refused(account) : null;
		const remembered = await memory.recall(account);
		const before = remembered[heard.kind] ?? NOTHING_KNOWN;
		const told = named ?? before.told;
		const learned = heard.isThrottled || told !== before.told || this.begins(account, heard) ? this.learnedFrom(heard, { ...before, told }, { sentAt, pace }) : before.learned;
		if (told === before.told && learned === before.learned) return false;
		const after = { ...remembered, [heard.kind]: { told, learned } };
		this.known.set(account, after);
		await memory.learn(account, after);
		return true;
	}

	private learnedFrom({ kind, isThrottled, headers }: Heard, { told, learned }: Known, { sentAt, pace }: { sentAt: number[] | null; pace: PaceSettings }): Learned | null {
		const { timeFactor } = this.parts, now = this.parts.now();
		const target = targetOf(pace, kind, told, timeFactor);
		if (!isThrottled) return kind === 'read' || learned?.ceiling != null ? learned : begun(target, now, told !== null);
		return refused(learned, { at: now, waitMs: waitMsOf(headers, now), sentAt, rate: rateAt(learned, target, now, timeFactor) }, target, timeFactor);
	}

	/** A first write was answered. */
	private begins(account: string, { kind }: Heard): boolean {
		return kind === 'write' && this.of(account, kind).learned === null && this.parts.timeFactor <= FASTEST;
	}
}
