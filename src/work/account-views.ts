import type { PaceSettings } from '../config';
import { headroomOf, pacingOf, type Pacing, type PacingLimit } from '../job/account-pacing';
import { holds, type Incident } from '../job/hold';
import { iso } from '../job/view';
import type { Remembered } from '../pace/steering';
import type { PacePreset } from '../pace/presets';
import type { Board } from '../publish/contract';
import type { AccountCounts } from '../store/contract';
import type { World } from './contract';

export interface AccountView {
	/** The name it was connected under first: jobs, holds and events show this one. */
	account: string;
	/** Its further names, since it was renamed; a job enqueued for one of them is this account's. */
	aliases: string[];
	client: string | null;
	pinterestUserId: string | null;
	username: string | null;
	/** A worker that holds its token was heard of lately. */
	served: boolean;
	lastServedAt: string | null;
	waiting: number;
	running: number;
	inDoubt: number;
	/** When its next job is due to be published; null when none waits, or only behind one that is being sent. A hold or the pace may make it later. */
	nextDueAt: string | null;
	/** What makes it wait: holds of its own, of its client, of the app. */
	incidents: Incident[];
	/** The settings of its worker. */
	pace: PaceSettings | null;
	/** What the pacer makes of them now, and why. */
	pacing: PacingView;
	/** A job whose Pin was proven absent waits for a person's verdict instead of being sent again. */
	neverResend: boolean;
	/** Writes that could start at once now; null without a limiter. */
	headroom: number | null;
	boards: Board[];
	boardsAt: string | null;
}

/** How an account is paced at this moment, with ISO times. */
export interface PacingView extends Omit<Pacing, 'nextSlotAt'> {
	nextSlotAt: string | null;
	nextDueAt: string | null;
	/** Whose numbers the settings are; null while no worker has told them. */
	preset: PacePreset | 'own' | null;
	/** Every limit its calls keep to: its own, those of the app, those of a day. */
	limits: (Omit<PacingLimit, 'nextAt' | 'fullAt'> & { nextAt: string | null; fullAt: string | null })[];
}

/** What the workers reported of an account. */
export interface ReportedAccount {
	account: string; aliases: string[]; client: string | null; pinterestUserId: string | null; username: string | null;
	lastServedAt: number | null; boards: Board[]; boardsAt: number | null; pace: PaceSettings | null; limits: Remembered; neverResend: boolean;
}

interface Parts {
	accounts: { list(): Promise<ReportedAccount[]> };
	holds: { list(): Promise<Incident[]> };
	jobs: { accountCounts(accounts: string[]): Promise<Map<string, AccountCounts>> };
	/** The limits of each of these, in their order; none of one whose pace nobody has told. */
	limits(accounts: ReportedAccount[]): Promise<PacingLimit[][]>;
	presetOf(pace: PaceSettings): PacePreset | 'own';
	isServed(lastServedAt: number | null): boolean;
	world: World;
}

/** Every account as people look at it; reads only, and costs the same however many jobs wait. */
export class AccountViews {
	constructor(private readonly parts: Parts) {}

	async list(): Promise<AccountView[]> {
		const { accounts, holds: held, jobs } = this.parts;
		const [reported, incidents] = await Promise.all([accounts.list(), held.list()]);
		const [counts, limits] = await Promise.all([jobs.accountCounts(reported.map(({ account }) => account)), this.parts.limits(reported)]);
		return reported.map((one, i) => this.viewOf(one, counts.get(one.account)!, incidents.filter((incident) => holds(incident, one.account)), limits[i]!));
	}

	private viewOf(reported: ReportedAccount, counts: AccountCounts, incidents: Incident[], limits: PacingLimit[]): AccountView {
		const { limits: _, lastServedAt, boardsAt, ...account } = reported, { waiting, running, inDoubt } = counts;
		const served = this.parts.isServed(lastServedAt), nextDueAt = iso(counts.nextDueAt);
		const pacing = pacingOf({ ...counts, account: account.account, served, incidents, limits }, this.parts.world.now());
		return {
			...account, served, lastServedAt: iso(lastServedAt), boardsAt: iso(boardsAt), waiting, running, inDoubt, nextDueAt, incidents, headroom: headroomOf(limits),
			pacing: {
				...pacing, nextSlotAt: iso(pacing.nextSlotAt), nextDueAt, preset: account.pace && this.parts.presetOf(account.pace),
				limits: limits.map((limit) => ({ ...limit, nextAt: iso(limit.nextAt), fullAt: iso(limit.fullAt) })),
			},
		};
	}
}
