import type { PublishRequest, RedisSettings } from '../../../src';

/** How jobs are put in: so many a call, so many calls under way. */
export interface Way {
	atOnce: number;
	inFlight: number;
}

export type ContenderName = 'engine' | 'bullmq';

export interface ContenderSettings {
	contender: ContenderName;
	redisUrl: string;
	/** How the engine reaches Redis, where the URL does not say it. */
	redis?: RedisSettings;
	accounts: number;
	boards: number;
	/** Jobs under way at once: of the whole worker for BullMQ, of one account for the engine. */
	concurrency: number;
	/** BullMQ alone: finished jobs that are kept (`removeOnComplete`); all when it is left out, which is what keeps a key from running again. */
	keptJobs?: { age: number; count: number };
	/** Where another build of the contenders lies; this one's own when it is left out. */
	folder?: string;
	/** How long the work of a job takes, ms; none when it is left out. */
	workMs?: number;
}

/** What a contender tells while it works. */
export interface Told {
	/** A job was handed out to be worked on. */
	begins(key: string): void;
	/** Now the call to Pinterest would leave; resolves when it would have been answered. */
	sends(key: string): Promise<void>;
	/** Redis has taken the end of a job. */
	ended(): void;
	/** Something that should not happen, which did. */
	complains(what: string): void;
}

/** A queue in a process of its own: it puts jobs in, or works, or both. */
export interface Contender {
	/** Resolves when Redis has taken all; due now, or at this instant (epoch ms). */
	enqueue(requests: PublishRequest[], way: Way, dueAt: number | null): Promise<void>;
	/** Ready to work, but nothing is begun yet. */
	prepare(): Promise<void>;
	/** From now on jobs are begun. */
	goOn(): Promise<void>;
	/** No further job is begun. */
	hold(): Promise<void>;
	/** Turns what has ended into what is left of it after its keeping; only the engine leaves anything. */
	bury?(): Promise<void>;
	end(): Promise<void>;
}

/** The same Pins for everybody, the accounts in turn. */
export function requestsOf({ accounts, boards }: Pick<ContenderSettings, 'accounts' | 'boards'>, from: number, count: number): PublishRequest[] {
	return Array.from({ length: count }, (_, i): PublishRequest => {
		const n = from + i;
		return {
			account: accountOf(n % accounts), boardId: String(1_000_000 + Math.floor(n / accounts) % boards), source: `row-${n}`, title: `Product ${n} of the summer sale`,
			description: `Made by hand, in three sizes and five colours, and sent within two days. Product ${n} is part of our summer sale, as long as there is any of it left.`,
			link: `https://shop.example/products/summer/product-${n}?utm_source=pinterest`, media: { kind: 'image_url', url: `https://images.shop.example/summer/2026/product-${n}.jpg` },
			metadata: { airtableRecord: `rec${String(n).padStart(14, '0')}`, campaign: 'summer-2026' },
		};
	});
}

export function accountOf(n: number): string {
	return `account-${String(n + 1).padStart(4, '0')}`;
}

/** Sends all in calls of a size, so many of them under way. */
export async function inCalls<T>(items: T[], { atOnce, inFlight }: Way, send: (some: T[]) => Promise<void>): Promise<void> {
	let next = 0;
	const one = async () => {
		while (next < items.length) {
			const from = next;
			next += atOnce;
			await send(items.slice(from, from + atOnce));
		}
	};
	await Promise.all(Array.from({ length: inFlight }, one));
}
