import { setTimeout as sleep } from 'node:timers/promises';
import type { Incident } from './job/hold';
import type { Policy } from './job/policy';
import { probeImage } from './publish/image-probe';
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
	trustedImageOrigins?: string[];
	views: Views;
	policy: Policy;
	world: World;
}

/** Builds what people change jobs with: one at a time, and the failure queues. */
export function frontDesk({ namespace, store, jobs, accounts, holds, askForCheck, trustedImageOrigins, views, policy, world }: Parts): { desk: Desk; failures: Failures } {
	const guard = new UrlGuard(trustedImageOrigins);
	const preflight = () => new Preflight({ boards: (account) => accounts.get(account), askForBoards: askForCheck, probe: (url) => probeImage(url, guard), sleep: (ms) => sleep(ms) });
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
	return { desk, failures };
}
