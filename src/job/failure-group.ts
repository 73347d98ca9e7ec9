import { rowOf } from './failures';
import { APP } from './hold';
import type { QueueName } from './job';
import { filled } from './sentences';

/** What the first failure of a cause told; the others only count up. */
export interface Cause {
	/** `code|account|…`, see group-key.ts. */
	groupKey: string;
	queue: QueueName;
	/** Epoch ms of the first of its failures that are open. */
	since: number;
	account: string;
	client: string | null;
	jobId: string;
	code: string;
	message: string;
}

/** Open failures of one cause, as a person reads them: 41 jobs, one message, one correction. */
export interface FailureGroup {
	/** Names the cause; the filter `cause` of lists and of Requeue Many takes it. */
	cause: string;
	/** `board 123 of acme-us: 41 jobs, 5 snoozed` */
	title: string;
	queue: QueueName;
	code: string;
	account: string;
	client: string | null;
	count: number;
	/** Of them not due for a reminder now. */
	snoozed: number;
	/** Of them to be told of, and new or woken since the instant that was asked about; null when none was. */
	recent: number | null;
	since: string;
	/** The first one of them. */
	jobId: string;
	message: string;
	hint: string;
	clientMessage: string;
	/** Fields of Requeue whose correction would cure all of them. */
	fix: string[];
}

/** Shows a cause; of its `count` failures some are `snoozed`, some `recent`. */
export function failureGroupOf(cause: Cause, { count, snoozed, recent }: Pick<FailureGroup, 'count' | 'snoozed' | 'recent'>): FailureGroup {
	const { groupKey, queue, since, account, client, jobId, code, message } = cause;
	const jobs = `${count} ${count === 1 ? 'job' : 'jobs'}${snoozed > 0 ? `, ${snoozed} snoozed` : ''}`;
	return {
		cause: groupKey, title: `${aboutOf(groupKey)}: ${jobs}`, queue, code, account, client, count, snoozed, recent,
		since: new Date(since).toISOString(), jobId, message, ...whatToDo(groupKey, account),
	};
}

/** What to do about a cause, for ops and for the client, with its own names in place of the signs. */
export function whatToDo(groupKey: string, account: string): Pick<FailureGroup, 'hint' | 'clientMessage' | 'fix'> {
	const [code = '', name = '', about = '?', section = '?'] = groupKey.split('|');
	const row = rowOf(code);
	const media = row.about === 'job' ? 'its image' : about === 'upload' ? 'the image given as a file' : `an image from ${about}`;
	const words = { account: row.about === 'endpoint' ? name : account, board: about, section: section || '(none)', link: about, media };
	return { hint: filled(row.hint, words), clientMessage: filled(row.clientMessage, words), fix: [...row.fix] };
}

/** What the failures of a cause have in common: `board 123 of acme-us`. */
export function aboutOf(groupKey: string): string {
	const [code = '', account = '', about = '', section = ''] = groupKey.split('|');
	switch (rowOf(code).about) {
		case 'app': return 'the Pinterest app';
		case 'account': return account === APP ? 'the Pinterest app' : `account ${account}`;
		case 'board': return `board ${about} of ${account}`;
		case 'section': return `section ${section || '(none)'} of board ${about} of ${account}`;
		case 'link': return `links to ${about || 'nowhere'} of ${account}`;
		case 'media': return about === 'upload' ? `uploaded images of ${account}` : `images from ${about || 'nowhere'} of ${account}`;
		case 'answer': return `the answer ${[account && `HTTP ${account}`, about && `code ${about}`].filter(Boolean).join(', ') || 'without a status'}`;
		case 'job': return `job ${account}`;
		case 'endpoint': return `events for ${account}`;
	}
}
