import type { FailureRow } from '../failure-row';

const HOUR = 3_600_000;
const calls = ['create', 'read', 'media'] as const;

/** The account, the app or the pace is the trouble, not the Pin. */
export const ACCESS = [
	{
		code: 'app_not_approved',
		match: [{ on: calls, status: [400, 403], text: /consumer type is not supported/ }],
		outcome: 'refused', class: 'route', hold: { scope: 'app', kind: 'app_not_approved', lasts: 'until_checked' }, queue: 'ops', about: 'app',
		hint: 'Pinterest has not approved this app. Ask for access at developers.pinterest.com; the jobs wait and go on by themselves.',
		clientMessage: 'Waiting for an approval by Pinterest.', fix: [],
	},
	{
		code: 'trial_app',
		match: [{ on: calls, status: [403, 403], text: /trial access/ }],
		outcome: 'refused', class: 'route', hold: { scope: 'app', kind: 'trial_app', lasts: 'until_checked' }, queue: 'ops', about: 'app',
		hint: 'An app with Trial access cannot publish to the real Pinterest. Ask Pinterest for Standard access, or set the credential to Pinterest\'s sandbox; then release the hold.',
		clientMessage: 'Waiting for an approval by Pinterest.', fix: [],
	},
	{
		code: 'scope_missing',
		match: [
			{ on: calls, status: [401, 403], text: /sufficient permission|missing.{0,20}scope|scope.{0,20}missing|insufficient.scope/ },
			{ on: calls, status: [401, 401], codes: [3] },
		],
		outcome: 'refused', class: 'route', hold: { scope: 'account', kind: 'scope_missing', lasts: 'until_checked' }, queue: 'ops', about: 'account',
		hint: 'The token of {account} may not do this. Reconnect its credential and grant boards and pins, read and write (the secret ones too for secret boards).',
		clientMessage: 'Waiting: the Pinterest account has to be connected again.', fix: [],
	},
	{
		code: 'business_account_needed',
		// Apps registered since 2026-09-14 may get it for accounts that are no business accounts (access-tiers page, via public code, 2026-11).
		match: [{ on: ['create', 'media'], status: [403, 403], text: /pinner_data_access_denied/ }],
		outcome: 'refused', class: 'route', queue: 'ops', about: 'account',
		hint: 'Pinterest denies this app the data of {account}. Make it a business account, or ask Pinterest for access; then requeue.',
		clientMessage: 'Please make your Pinterest account a business account.', fix: ['account'],
	},
	{
		code: 'board_not_permitted',
		match: [
			{ on: ['create'], status: [401, 401], codes: [7] },
			{ on: ['create'], status: [403, 403], codes: [29, 403] },
		],
		outcome: 'refused', class: 'route', queue: 'client', about: 'board',
		hint: '{account} is neither owner nor collaborator of board {board}. Choose a board of this account, or have it invited to the board; then requeue.',
		clientMessage: 'Your Pinterest account may not publish to this board. Please invite it to the board, or name another board.',
		fix: ['boardId', 'account'],
	},
	{
		code: 'token_dead',
		match: [{ on: calls, status: [401, 401] }],
		outcome: 'refused', class: 'route', renewable: true,
		hold: { scope: 'account', kind: 'token_dead', lasts: 'until_checked' }, queue: 'ops', about: 'account',
		hint: 'Pinterest no longer accepts the token of {account}. Reconnect its credential in n8n; the jobs wait and go on by themselves. A sandbox token works only in the sandbox.',
		clientMessage: 'Waiting: the Pinterest account has to be connected again.', fix: [],
	},
	{
		code: 'token_service_down',
		match: [
			{ on: ['token'], reached: ['nothing', 'connected', 'sent'] },
			{ on: ['token'], status: [408, 408] },
			{ on: ['token'], status: [429, 429] },
			{ on: ['token'], status: [100, 299] },
			{ on: ['token'], status: [500, 999] },
		],
		outcome: 'not_sent', class: 'retry_later', queue: 'ops', about: 'account',
		hint: 'The token of {account} could not be renewed just now. If this lasts, reconnect its credential, then requeue.',
		clientMessage: 'Not published yet; it will be tried again.', fix: [],
	},
	{
		code: 'token_refused',
		match: [{ on: ['token'], status: [300, 499] }],
		outcome: 'not_sent', class: 'route', hold: { scope: 'account', kind: 'token_dead', lasts: 'until_checked' }, queue: 'ops', about: 'account',
		hint: 'Pinterest refuses to renew the token of {account}. Reconnect its credential; the jobs wait and go on by themselves.',
		clientMessage: 'Waiting: the Pinterest account has to be connected again.', fix: [],
	},
	{
		code: 'reads_forbidden',
		match: [{ on: ['read'], status: [403, 403] }],
		outcome: 'refused', class: 'route', queue: 'ops', about: 'board',
		hint: 'Pinterest does not let {account} read board {board}, so nobody can see whether the Pin exists. Look at the board by hand and give a verdict.',
		clientMessage: 'Being checked: Pinterest has not confirmed the Pin yet.', fix: [],
	},
	{
		code: 'spam_block',
		// 429 with "spam": Pinterest's own quickstart, api_common.js. Code 9: public code (2026-11).
		match: [{ on: calls, status: [429, 429], text: /spam/ }, { on: ['create'], status: [400, 429], codes: [9] }],
		outcome: 'refused', class: 'retry_later',
		hold: { scope: 'account', kind: 'spam_block', lasts: { baseMs: HOUR, capMs: 24 * HOUR, attempts: 12 } }, queue: 'ops', about: 'account',
		hint: 'Pinterest takes the Pins of {account} for spam. Look at the account\'s standing, vary links and texts and slow down; the hold ends by itself, or release it.',
		clientMessage: 'Waiting: Pinterest has paused publishing for this account.', fix: ['link', 'title', 'description'],
	},
	{
		code: 'quota_exhausted',
		match: [{ on: calls, status: [429, 429], dayLong: true }],
		outcome: 'refused', class: 'retry_later', hold: { scope: 'app', kind: 'quota_exhausted', lasts: 'by_headers' }, queue: 'ops', about: 'app',
		hint: 'The app has used up its calls of the day. Jobs go on when Pinterest allows; Standard access lifts the limit.',
		clientMessage: 'Waiting: the daily limit of Pinterest is reached.', fix: [],
	},
	{
		code: 'rate_limited',
		match: [{ on: calls, status: [429, 429] }],
		outcome: 'refused', class: 'retry_later', hold: { scope: 'account', kind: 'rate_limited', lasts: 'by_headers' }, queue: 'ops', about: 'account',
		hint: 'Pinterest asked {account} to slow down. Jobs go on by themselves; if this repeats, lower the pace on the Worker node.',
		clientMessage: 'Not published yet; it will be tried again.', fix: [],
	},
] as const satisfies readonly FailureRow[];
