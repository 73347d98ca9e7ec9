import type { PaceSettings, Settings } from './config';
import { APP, type Incident } from './job/hold';
import { bucketsFor } from './pace/buckets';
import { headroomIn } from './pace/headroom';
import { NOTHING_KNOWN, steered } from './pace/limits';
import type { Remembered } from './pace/steering';
import type { AccountStore } from './store/accounts';
import type { HoldStore } from './store/holds';
import type { JobList } from './store/job-list';
import type { Namespace } from './store/namespace';
import type { SubscriptionStore } from './store/subscriptions';
import type { World } from './work/contract';
import { Directory } from './work/directory';
import { Overview } from './work/overview';
import { Pacing } from './work/pacing';

interface Parts {
	namespace: Namespace;
	accounts: AccountStore;
	holds: HoldStore;
	jobs: JobList;
	subscriptions: SubscriptionStore;
	/** The jobs that met these holds are due now. */
	goOnAfter(released: Incident[]): Promise<void>;
	/** Asks the account's workers to read its token and boards now. */
	askForCheck(account: string): Promise<void>;
	settings: Settings;
	staleMs: number;
	world: World;
}

/** Builds what people see of accounts, and make them wait and go on with. */
export function accountDesk({ namespace, accounts, holds, jobs, subscriptions, goOnAfter, askForCheck, settings, staleMs, world }: Parts): { directory: Directory; overview: Overview; pacing: Pacing } {
	// Every process can say it, one that serves nobody too: the pace is as the account's worker told it, what was learned and the buckets are in Redis.
	const headroom = (account: string, pace: PaceSettings | null, limits: Remembered) => namespace.read((client) => {
		const { timeFactor } = settings, now = world.now();
		const buckets = pace && bucketsFor(account, 'write', {
			of: (who) => (who === APP ? settings.appPace : pace), timeFactor, steered: (own) => steered(own, 'write', limits.write ?? NOTHING_KNOWN, { now, timeFactor }),
		});
		return headroomIn(client, settings.namespace, buckets ?? [], now);
	});
	const firstName = (account: string) => accounts.firstName(account), names = () => accounts.names();
	return {
		directory: new Directory({ firstName, names, boardsOf: (of) => accounts.boardsOf(of) }),
		overview: new Overview({ accounts, holds, jobs, subscriptions, inspect: () => namespace.inspect(), headroom, staleMs, world }),
		pacing: new Pacing({ firstName, accounts: names, holds, goOnAfter, askForCheck, world }),
	};
}
