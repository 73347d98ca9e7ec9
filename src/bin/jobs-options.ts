import { parseArgs } from 'node:util';
import { EngineError } from '../errors';
import { CONNECTION_HELP, CONNECTION_OPTIONS } from './connection';

interface Option {
	/** What follows it; null for a switch. */
	value: string | null;
	says: string;
}

/** Which jobs: what a list shows, and what a bulk requeue takes. */
const FILTERS = {
	state: { value: 'STATE', says: 'list: queued, running, retry_scheduled, succeeded, failed, canceled' },
	account: { value: 'NAME', says: 'of this account' },
	client: { value: 'LABEL', says: 'of this client' },
	queue: { value: 'NAME', says: 'ops, client or engineering has to act' },
	code: { value: 'CODE', says: 'with this last error, for example board_not_found' },
	cause: { value: 'CAUSE', says: 'of one cause, as `groups` names it' },
	incident: { value: 'ID', says: 'that wait under this hold; with --state failed those that failed while it stood' },
	'on-board': { value: 'ID', says: 'for this board' },
	text: { value: 'TEXT', says: 'with this in the id, record, title, link, board name or last error' },
	owner: { value: 'NAME', says: 'that NAME has claimed' },
	unclaimed: { value: null, says: 'that nobody has claimed' },
	'failed-for': { value: 'HOURS', says: 'that have waited for somebody so long' },
	snoozed: { value: null, says: 'list, groups: also what is snoozed, which is left out otherwise' },
} as const satisfies Record<string, Option>;

const CORRECTIONS = {
	board: { value: 'ID', says: 'onto this board' },
	section: { value: 'ID', says: 'into this section; an empty one takes it out of its section' },
	link: { value: 'URL', says: 'with this link' },
	'image-url': { value: 'URL', says: 'with this image' },
	'image-urls': { value: 'URL,URL', says: 'as a carousel of these 2 to 5 images, without the texts and links its cards had' },
	'video-url': { value: 'URL', says: 'with this video, or the same one with another cover' },
	'cover-url': { value: 'URL', says: 'with --video-url: the image to show before it plays' },
	'cover-second': { value: 'N', says: 'with --video-url: the second of it to show instead (default 0)' },
	title: { value: 'TEXT', says: 'with this title' },
	description: { value: 'TEXT', says: 'with this description' },
	'to-account': { value: 'NAME', says: 'under this account' },
	'scheduled-at': { value: 'TIME', says: 'not before then; an empty one at once' },
	'publish-before': { value: 'TIME', says: 'not after then; an empty one without a deadline' },
	'when-late': { value: 'RULE', says: 'when that time has passed: ask, skip or publish' },
} as const satisfies Record<string, Option>;

const CHECKS = {
	'dry-run': { value: null, says: 'requeue: check only; nothing is changed' },
	'no-check': { value: null, says: 'requeue: do not look at the new board and image first' },
} as const satisfies Record<string, Option>;

const OTHERS = {
	limit: { value: 'N', says: 'at most N jobs (list: 50, requeue: 500)' },
	since: { value: 'TIME', says: 'groups: leave out causes without a failure since, or a snooze that ended, and count these' },
	by: { value: 'NAME', says: 'who does it (default: the user of this machine)' },
	for: { value: 'NAME', says: 'claim: for somebody else' },
	'take-over': { value: null, says: 'claim: also from somebody who has it' },
	note: { value: 'TEXT', says: 'what the next person should know' },
	until: { value: 'TIME', says: 'snooze: out of sight until then; pause: it goes on by itself then' },
	reason: { value: 'TEXT', says: 'pause: why; every job that waits shows it' },
	everything: { value: null, says: 'pause, resume: all accounts of the namespace' },
	published: { value: 'PIN', says: 'resolve-unknown: the Pin is there; its id or address' },
	absent: { value: null, says: 'resolve-unknown: it is not there, send it' },
	abandon: { value: null, says: 'resolve-unknown: let it be, never send it' },
	wait: { value: null, says: 'requeue, progress: until all of them have ended' },
	json: { value: null, says: 'one JSON object a line' },
} as const satisfies Record<string, Option>;

const ALL: Record<string, Option> = { ...FILTERS, ...CORRECTIONS, ...CHECKS, ...OTHERS };
const filters = Object.keys(FILTERS), corrections = Object.keys(CORRECTIONS);
const paused = ['account', 'client', 'everything'];

/** What each action takes beside --json and the connection. */
const TAKES = {
	get: [],
	list: [...filters, 'limit'],
	groups: ['queue', 'account', 'client', 'code', 'since', 'snoozed'],
	claim: ['cause', 'by', 'for', 'take-over'],
	release: ['cause', 'by'],
	note: ['cause', 'by', 'note'],
	snooze: ['cause', 'by', 'note', 'until'],
	resolve: ['cause', 'by', 'note'],
	requeue: [...filters.filter((name) => name !== 'state' && name !== 'snoozed'), ...corrections, ...Object.keys(CHECKS), 'by', 'limit', 'wait'],
	update: [...corrections, 'by'],
	cancel: ['by'],
	accounts: ['account', 'client'],
	pause: [...paused, 'until', 'reason', 'by'],
	resume: [...paused, 'by'],
	progress: ['wait'],
	'resolve-unknown': ['published', 'absent', 'abandon', 'by'],
} as const satisfies Record<string, readonly string[]>;

export type Action = keyof typeof TAKES;

/** One call of the command, its options known to belong to its action. */
export interface Called {
	action: Action;
	/** Job ids; of `progress` the id of the bulk requeue. */
	ids: string[];
	values: Record<string, string | boolean | undefined>;
}

export const HELP = `pinterest-jobs jobs ACTION [ID …] [options]

Look
  get ID …                 all that is known of these jobs
  list                     jobs, the newest first; open failures by when they failed
  groups                   open failures by cause, the oldest first
  progress BULK            how far a bulk requeue is
  accounts                 each account: pace, headroom, when its next Pin may go out and why not before

Change what waits
  update ID …              correct or reschedule waiting jobs; with a correction below
  cancel ID …              never publish them; requeue takes them back
  pause, resume            publish nothing new for --account NAME, --client LABEL or --everything; go on

Work on failures, by ID … or --cause CAUSE
  claim, release           take them on; make them nobody's again
  note --note TEXT         write down what the next person should know
  snooze --until TIME      leave them out of lists until then
  resolve                  close them without publishing

Publish after all
  requeue ID … or filters  put failed jobs back under their keys, corrected or not
  resolve-unknown ID       say what became of a Pin that nobody could find out: --published, --absent, --abandon

Which jobs (list, requeue)
${lines(FILTERS)}

Corrections (requeue, update)
${lines(CORRECTIONS)}

More
${lines(CHECKS)}
${lines(OTHERS)}
${CONNECTION_HELP}

TIME is an instant (2026-12-01T09:00Z; without a zone it is UTC) or a span: 30min, 4h, 2d from now, for --since before now.
Exit code 1: something was refused.`;

function lines(options: Record<string, Option>): string {
	return Object.entries(options).map(([name, { value, says }]) => `  ${`--${name}${value ? ` ${value}` : ''}`.padEnd(20)} ${says}`).join('\n');
}

/** Reads the arguments; null when only help is wanted. Refuses what the action does not take. */
export function calledWith(argv: string[]): Called | null {
	const options = Object.fromEntries(Object.entries(ALL).map(([name, { value }]) => [name, { type: value === null ? 'boolean' : 'string' } as const]));
	const { values, positionals: [action, ...ids] } = parsed('jobs', argv, { ...options, ...CONNECTION_OPTIONS });
	if (values.help || action === undefined) return null;
	if (!isAction(action)) throw usage(`There is no action "${action}".`, `The actions are ${Object.keys(TAKES).join(', ')}.`);
	const takes: readonly string[] = [...TAKES[action], 'json', ...Object.keys(CONNECTION_OPTIONS)];
	const foreign = Object.keys(values).filter((name) => !takes.includes(name));
	if (foreign.length > 0) throw usage(`${action} takes no --${foreign.join(', --')}.`, `It takes ${TAKES[action].map((name) => `--${name}`).join(', ') || 'ids'}.`);
	return { action, ids: [...new Set(ids)], values };
}

type ParseOptions = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

/** What a command was called with; `invalid_request` for an option it does not have. */
export function parsed(command: string, argv: string[], options: ParseOptions): { values: Called['values']; positionals: string[] } {
	try {
		return parseArgs({ args: argv, options, allowPositionals: true }) as { values: Called['values']; positionals: string[] };
	} catch (cause) {
		// Node's own sentence names the option, and then how to pass words that begin with a dash.
		throw usage((cause as Error).message.split('. ')[0]!.replace(/\.?$/, '.'), `pinterest-jobs ${command} --help lists the options.`, cause);
	}
}

const isAction = (text: string): text is Action => Object.hasOwn(TAKES, text);

/** A call that cannot be understood. */
export function usage(message: string, hint: string, cause?: unknown): EngineError {
	return new EngineError('invalid_request', { message, hint }, cause === undefined ? undefined : { cause });
}
