import type { PaceSettings, Settings } from './config';
import type { PacingLimit } from './job/account-pacing';
import type { Incident } from './job/hold';
import { bucketNamesOf, limitsOf, presetNameOf } from './pace/account-limits';
import { keptIn } from './pace/headroom';
import type { AccountStore } from './store/accounts';
import type { StoredSubscription } from './store/subscription-contract';
import type { HoldStore } from './store/holds';
import type { JobList } from './store/job-list';
import type { Namespace } from './store/namespace';
import type { SubscriptionStore } from './store/subscriptions';
import { AccountViews, type ReportedAccount } from './work/account-views';
import type { World } from './work/contract';
import { Directory } from './work/directory';
import type { Reached } from './work/findings';
import { Overview } from './work/overview';
import { Pacing } from './work/pacing';
import { areUnserved } from './work/unserved';

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
	/** Asks the addresses of these whether they take events now. */
	reach(subscriptions: StoredSubscription[]): Promise<Reached[]>;
	settings: Settings;
	/** Whether who was heard of then still lives. */
	isServed(lastServedAt: number | null): boolean;
	world: World;
}

/** The last look at a Pin in doubt is a horizon after it was sent; a look may wait for a large board, and for its slot. */
const DOUBT_HORIZONS = 2;

/** Builds what people see of accounts, and make them wait and go on with. */
export function accountDesk({ namespace, accounts, holds, jobs, subscriptions, goOnAfter, askForCheck, reach, settings, isServed, world }: Parts): { directory: Directory; overview: Overview; accountViews: AccountViews; pacing: Pacing } {
	// Every process can say it, one that serves nobody too: paces are as workers told them, what was learned and the buckets are in Redis.
	const limits = async (of: ReportedAccount[]): Promise<PacingLimit[][]> => {
		const terms = { now: world.now(), timeFactor: settings.timeFactor }, appPace = await appPaceOf(accounts, settings);
		const paced = of.map(({ account, pace, limits: known }) => pace && { account, pace, appPace, known });
		const kept = await namespace.read((client) => keptIn(client, settings.namespace, paced.flatMap((one) => (one ? bucketNamesOf(one, terms) : []))));
		return paced.map((one) => (one ? limitsOf(one, kept, terms) : []));
	};
	const accountViews = new AccountViews({ accounts, holds, jobs, limits, presetOf: presetNameOf, isServed, world });
	const firstName = (account: string) => accounts.firstName(account), names = () => accounts.names();
	return {
		directory: new Directory({ firstName, names, areUnserved: (of) => areUnserved(of, { accounts, isServed }), boardsOf: (of) => accounts.boardsOf(of) }),
		overview: new Overview({ accounts, views: () => accountViews.list(), holds, jobs, subscriptions, redis: namespace, reach, doubtMs: DOUBT_HORIZONS * settings.policy.horizonMs, isServed, world }),
		accountViews,
		pacing: new Pacing({ firstName, accounts: names, holds, goOnAfter, askForCheck, world }),
	};
}

/** The pace of the app as the worker that was heard of last keeps it; while none tells, as this process was given it. */
async function appPaceOf(accounts: AccountStore, settings: Settings): Promise<PaceSettings | null> {
	const told = (await accounts.workers()).find(({ appPace }) => appPace !== undefined);
	return (told ? told.appPace : settings.appPace) ?? null;
}
