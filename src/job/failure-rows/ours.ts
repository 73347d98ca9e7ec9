import type { FailureRow } from '../failure-row';

const SECOND = 1000, MINUTE = 60 * SECOND;

/** What no call says, but we do. */
export const OURS = [
	{
		code: 'token_refreshed',
		match: [],
		outcome: 'refused', class: 'retry', delay: { baseMs: SECOND, capMs: 5 * SECOND, attempts: 2 }, becomes: 'token_dead', queue: 'ops', about: 'account',
		hint: 'The token of {account} had run out and was renewed; the job is sent again with the new one.',
		clientMessage: 'Not published yet; it will be tried again.', fix: [],
	},
	{
		code: 'token_unreadable',
		match: [],
		outcome: 'not_sent', class: 'route', hold: { scope: 'account', kind: 'token_dead', lasts: 'until_checked' }, queue: 'ops', about: 'account',
		hint: 'The credential of {account} cannot be read. Open it in n8n and connect it again; the jobs wait and go on by themselves.',
		clientMessage: 'Waiting: the Pinterest account has to be connected again.', fix: [],
	},
	{
		code: 'account_mismatch',
		match: [],
		outcome: 'not_sent', class: 'route', hold: { scope: 'account', kind: 'account_mismatch', lasts: 'until_checked' }, queue: 'ops', about: 'account',
		hint: 'The credential of {account} belongs to another Pinterest user than before. Use another account name for it, or connect the first user again.',
		clientMessage: 'Waiting: the Pinterest account has to be connected again.', fix: [],
	},
	{
		code: 'media_missing',
		match: [],
		outcome: 'not_sent', class: 'stop', queue: 'engineering', about: 'media',
		hint: 'The bytes of the image are no longer kept, so there is nothing to publish. Requeue with the image.',
		clientMessage: 'The image is missing. Please send it again.', fix: ['media'],
	},
	{
		code: 'worker_fault',
		match: [],
		outcome: 'not_sent', class: 'retry', delay: { baseMs: 5 * SECOND, capMs: 5 * MINUTE, attempts: 3 }, queue: 'engineering', about: 'app',
		hint: 'The worker failed before anything was sent. Please report the message; requeue when it is mended.',
		clientMessage: 'Not published: a technical fault on our side.', fix: [],
	},
	{
		code: 'lease_lost',
		match: [],
		outcome: 'unknown', class: 'retry', queue: 'ops', about: 'job',
		hint: 'The worker was lost while it was publishing. Nothing to do yet: the board is being read to see whether the Pin exists.',
		clientMessage: 'Being checked: Pinterest has not confirmed the Pin yet.', fix: [],
	},
	{
		code: 'poison',
		match: [],
		outcome: 'not_sent', class: 'stop', queue: 'engineering', about: 'job',
		hint: 'Workers were lost three times while they had this job: it may be what ends them. Look at memory and at the size of {media} before you requeue it.',
		clientMessage: 'Not published: a technical fault on our side.', fix: ['media'],
	},
	{
		code: 'deadline_passed',
		match: [],
		outcome: 'not_sent', class: 'route', queue: 'ops', about: 'account',
		hint: 'The time to publish this Pin is over. Requeue it if it is still wanted, with a later Publish Before where one is set.',
		clientMessage: 'Not published in time. Shall it still be published?', fix: ['publishBefore', 'scheduledAt'],
	},
	{
		code: 'outcome_unknown',
		match: [],
		outcome: 'unknown', class: 'route', queue: 'ops', about: 'job',
		hint: 'Nobody can tell from here whether the Pin exists. Look at board {board}, then give a verdict with Resolve Unknown: it is there, it is not there, or abandon.',
		clientMessage: 'We are checking whether the Pin was published.', fix: [],
	},
	{
		code: 'pin_displaced',
		match: [],
		outcome: 'unknown', class: 'retry', queue: 'ops', about: 'job',
		hint: 'The Pin found on the board was another job\'s. Nothing to do yet: the board is being read again.',
		clientMessage: 'Being checked: Pinterest has not confirmed the Pin yet.', fix: [],
	},
	{
		code: 'double_pin',
		match: [],
		outcome: 'refused', class: 'route', queue: 'ops', about: 'job',
		hint: 'A second Pin turned up for a job that already has one. Compare both Pins and delete one at Pinterest.',
		clientMessage: 'Published; we are tidying up a duplicate.', fix: [],
	},
	{
		code: 'subscription_disabled',
		match: [],
		outcome: 'refused', class: 'route', queue: 'ops', about: 'endpoint',
		hint: 'Nothing was delivered to {account} for five days, so it is no longer tried; what happens is kept for seven days. Mend it, then use Subscription: Resume, or publish the workflow of the trigger again.',
		clientMessage: 'A technical connection of ours is being mended.', fix: [],
	},
] as const satisfies readonly FailureRow[];
