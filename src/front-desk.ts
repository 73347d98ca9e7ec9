import { setTimeout as sleep } from 'node:timers/promises';
import type { Incident } from './job/hold';
import type { Policy } from './job/policy';
import type { KnownBoards } from './job/preflight';
import { probeImage } from './publish/image-probe';
import { probeVideo } from './publish/video-probe';
import type { AccountStore } from './store/accounts';
import { BulkStore } from './store/bulk-store';
import type { JobFilter } from './store/contract';
import type { JobList } from './store/job-list';
import type { JobStore } from './store/job-store';
import type { Namespace } from './store/namespace';
import { UrlGuard } from './webhook/url-guard';
import { BulkRequeue } from './work/bulk-requeue';
import type { World } from './work/contract';
import { Desk } from './work/desk';
import { Failures } from './work/failures';
import { FirstLook } from './work/first-look';
import { PlaceCheck } from './work/place-check';
import { Preflight } from './work/preflight';
import type { Views } from './work/views';

interface Parts {
	namespace: Namespace;
	store: JobStore;
	jobs: JobList;
	accounts: AccountStore;
	holds(): Promise<Incident[]>;
	/** Asks the account's workers to read its token and boards now. */
	askForCheck(account: string): Promise<void>;
	/** Whether a worker that was heard of at this instant still counts. */
	isServed(lastServedAt: number | null): boolean;
	trustedImageOrigins?: string[];
	views: Views;
	policy: Policy;
	world: World;
}

/** For the head of a video that somebody corrects to. */
const VIDEO_MS = 10_000;

interface FrontDesk {
	desk: Desk;
	failures: Failures;
	/** A look at new jobs. Of their places nobody can tell without a living worker. */
	firstLook: FirstLook;
}

/** Builds what people change jobs with: one at a time, and the failure queues. */
export function frontDesk({ namespace, store, jobs, accounts, holds, askForCheck, isServed, trustedImageOrigins, views, policy, world }: Parts): FrontDesk {
	const guard = new UrlGuard(trustedImageOrigins);
	const refuted = new Map<string, number>();
	const places = (boards: (account: string) => Promise<KnownBoards | null>, more: { refuted?: Map<string, number> } = {}) =>
		new PlaceCheck({ boards, ownersOf: (boardId) => accounts.ownersOf(boardId), askForBoards: askForCheck, now: () => world.now(), sleep: (ms) => sleep(ms), ...more });
	const preflight = () => new Preflight({
		places: places((account) => accounts.reported(account)), probe: (url) => probeImage(url, guard), probeVideo: (url) => probeVideo(url, guard, AbortSignal.timeout(VIDEO_MS)),
	});
	const list = (filter: JobFilter) => jobs.list(filter);
	const desk = new Desk({ store, list, preflight, views, policy, world });
	const bulk = new BulkRequeue({
		list, find: (id) => store.find(id), preflight, bulks: new BulkStore(namespace), views, world,
		requeue: (...given) => desk.requeueJob(...given), preview: (...given) => desk.previewRequeue(...given),
	});
	const failures = new Failures({
		named: (given) => accounts.named(given), list, causes: (since) => jobs.causes(since), holds, bulk, views,
		doubles: { list: () => store.doublePins(), dismiss: (id) => store.dismissDoublePin(id) },
		handle: (id, request, actor) => desk.handle(id, request, actor), get: (id) => desk.get(id),
	});
	const served = async (account: string) => {
		const reported = await accounts.reported(account);
		return reported && isServed(reported.lastServedAt) ? reported : null;
	};
	const firstLook = new FirstLook({
		known: (ids) => store.known(ids), places: () => places(served, { refuted }),
		probes: { image: (url, signal) => probeImage(url, guard, signal), video: (url, signal) => probeVideo(url, guard, signal) },
	});
	return { desk, failures, firstLook };
}
