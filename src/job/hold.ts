/** Why an account, those of a client, or the app waits. Every kind but `paused` is set by the machine. */
export const HOLD_KINDS = [
	'rate_limited', 'spam_block', 'quota_exhausted', 'token_dead', 'scope_missing', 'trial_app', 'app_not_approved',
	'account_mismatch', 'no_worker', 'paused',
] as const;
export type HoldKind = (typeof HOLD_KINDS)[number];

/** What a person can do about a hold; `{account}` stands for the account's name. */
export const HOLD_HINTS: Record<HoldKind, string> = {
	rate_limited: 'Pinterest asked {account} to slow down. Jobs go on by themselves; if this repeats, lower the pace on the Worker node.',
	spam_block: 'Pinterest takes the Pins of {account} for spam. Look at the account\'s standing, vary links and texts and slow down; the hold ends by itself, or release it.',
	quota_exhausted: 'The app has used up its calls of the day. Jobs go on when Pinterest allows; Standard access lifts the limit.',
	token_dead: 'Pinterest does not accept the token of {account}. Reconnect its credential in n8n; the jobs go on by themselves.',
	scope_missing: 'The token of {account} may not do this. Reconnect its credential and grant boards and pins, read and write.',
	trial_app: 'An app with Trial access cannot publish to the real Pinterest. Get Standard access or use Pinterest\'s sandbox, then release the hold.',
	app_not_approved: 'Pinterest has not approved this app. Ask for access at developers.pinterest.com; the jobs go on by themselves.',
	account_mismatch: 'The credential of {account} belongs to another Pinterest user than before. Use another account name for it, or connect the first user again.',
	no_worker: 'No worker publishes for {account}. Publish a workflow with a Pinterest Publish Worker node of this account name.',
	paused: 'Nothing new is published for {account} until the pause ends: Pinterest Requeue → Hold → Resume ends it.',
};

/** The whole app, where an account label is expected: one app is one namespace. */
export const APP = '@app';
/** The accounts whose Worker carries a client's label, where an account label is expected. */
const CLIENT = '@client:';

/** What a person may pause: an account, the accounts of a client, or all. */
export type Pausable = { account: string } | { client: string } | { everything: true };

/** The name under which its holds are kept. */
export function subjectOf(paused: Pausable): string {
	if ('account' in paused) return paused.account;
	return 'client' in paused ? `${CLIENT}${paused.client}` : APP;
}

/** The label of the client whose accounts are meant; null for an account, or for the app. */
export function clientOf(subject: string): string | null {
	return subject.startsWith(CLIENT) ? subject.slice(CLIENT.length) : null;
}

/** What is held, in a sentence. */
export function nameOf(subject: string): string {
	const client = clientOf(subject);
	return client === null ? subject === APP ? 'the app' : subject : `every account of ${client}`;
}

/** A stop that a transition asks for. */
export interface HoldRequest {
	/** An account's label, `@client:` and the label of a client, or `@app`. */
	account: string;
	kind: HoldKind;
	/** Epoch ms at which it ends by itself; null: a token check or a person ends it. */
	until: number | null;
	code: string;
	message: string;
}

/** A stop in force: one cause that holds many jobs. */
export interface Incident extends HoldRequest {
	id: string;
	since: number;
	/** Jobs of the account that wait now. */
	waiting: number;
	/** The accounts of a client that are held with it. */
	accounts?: string[];
}

/** What a person can do about this hold, in one sentence. */
export function holdHint(kind: HoldKind, account: string): string {
	return HOLD_HINTS[kind].replaceAll('{account}', nameOf(account));
}

/** Whether jobs of this account wait under the incident. */
export function holds(incident: Incident, account: string): boolean {
	return incident.account === account || incident.account === APP || incident.accounts?.includes(account) === true;
}
