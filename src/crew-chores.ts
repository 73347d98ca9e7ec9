import type { Settings } from './config';
import { sendBack } from './job/corrections';
import type { Heard } from './job/rate-headers';
import type { Log } from './log';
import type { ReadPurpose } from './pace/buckets';
import type { Reads } from './pace/reads';
import type { Publisher } from './publish/contract';
import type { AccountStore } from './store/accounts';
import type { HoldStore } from './store/holds';
import type { JobStore } from './store/job-store';
import type { MediaStore } from './store/media-store';
import type { Namespace } from './store/namespace';
import type { Outbox } from './store/outbox';
import { fileDeadline, overdue } from './store/overdue';
import type { SubscriptionStore } from './store/subscriptions';
import { BoardLists } from './work/board-lists';
import type { FitAccount, World } from './work/contract';
import { Deadlines } from './work/deadlines';
import { Keeper } from './work/keeper';
import { Sweeper } from './work/sweeper';

/** What the chores of a crew need. */
export interface ChoreParts {
	settings: Settings;
	namespace: Namespace;
	store: JobStore;
	holds: HoldStore;
	accounts: AccountStore;
	media: MediaStore;
	outbox: Outbox;
	subscriptions: SubscriptionStore;
	publisher: Publisher;
	world: World;
	log: Log;
}

interface KeeperParts {
	ready(account: FitAccount): void;
	renamed(name: string, first: string): void;
	/** Told of every answer to a call of the account. */
	heard(account: string, heard: Heard): void;
	/** Its reads for this purpose, each in a slot of its own. */
	reads(account: string, purpose: ReadPurpose, signal?: AbortSignal): Reads;
	scaled(ms: number): number;
}

interface SweeperParts {
	/** Jobs under a further name of their account move to the first. */
	moveRenamed(): Promise<unknown>;
	scaled(ms: number): number;
}

const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE;
/** Of one chore in one round: others wait for it. */
const MOST_BATCHES = 100;

/** Looks after the tokens and boards of the accounts that a crew serves. */
export function keeperOf({ accounts, holds, publisher, settings, world, log }: ChoreParts, { ready, renamed, heard, reads, scaled }: KeeperParts): Keeper {
	const { appPace, timeFactor } = settings;
	const boards = new BoardLists({
		lists: { kept: (account) => accounts.boardList(account), save: (account, list, whole) => accounts.saveBoards(account, list, whole) },
		publisher, writesPerDay: ({ pace }) => appPace?.writesPerDay ?? pace.writesPerDay, heard, reads: (account, signal) => reads(account, 'list', signal), world, timeFactor, log,
	});
	return new Keeper({
		accounts,
		holds: {
			open: async (hold) => void await holds.open(hold),
			release: async (account, kinds) => void await holds.release(account, kinds),
			kinds: (account) => holds.kinds(account), standing: () => holds.standing(),
		},
		publisher, ready, renamed, heard, reads, world, boards, everyMs: scaled(30 * SECOND), log,
	});
}

/** Takes over what lost its lease, and does what nobody asks for. */
export function sweeperOf({ namespace, store, holds, outbox, subscriptions, media, settings, world, log }: ChoreParts, { moveRenamed, scaled }: SweeperParts): Sweeper {
	/** Jobs whose adopted Pin proved to be another job's look again. */
	const sendDisplacedBack = async () => {
		for (const job of await store.displaced(50)) {
			const change = sendBack(job, world.now(), settings.policy);
			await store.revise(job.id, { expectedRevision: job.revision, expectedSeq: job.seq, change, aliases: [] });
		}
	};
	const deadlines = new Deadlines({
		store: { overdue: (max) => overdue(namespace, max), fileDeadline: (id, endsAt) => fileDeadline(namespace, id, endsAt), revise: (id, revision) => store.revise(id, revision) },
		policy: settings.policy, world, log,
	});
	return new Sweeper({
		store, policy: settings.policy, world, everyMs: scaled(2 * SECOND), log,
		chores: [
			{ name: 'holds', everyMs: scaled(SECOND), run: () => holds.releaseExpired() },
			{ name: 'deadlines', everyMs: scaled(2 * SECOND), run: () => untilNone(() => deadlines.end()) },
			{ name: 'renames', everyMs: scaled(5 * SECOND), run: moveRenamed },
			{ name: 'displaced', everyMs: scaled(5 * SECOND), run: sendDisplacedBack },
			{ name: 'subscriptions', everyMs: MINUTE, run: () => subscriptions.expire() },
			{ name: 'log', everyMs: MINUTE, run: () => untilNone(() => outbox.trim()) },
			{ name: 'media', everyMs: 10 * MINUTE, run: () => untilNone(() => media.sweep()) },
			{ name: 'records', everyMs: HOUR, run: () => untilNone(() => store.purge(500)) },
		],
	});
}

/** Batches keep single calls short; what is past its keeping must not grow faster than it goes. */
async function untilNone(sweep: () => Promise<number>): Promise<void> {
	for (let batches = 0; batches < MOST_BATCHES && await sweep() > 0; batches++);
}
