/** The version of the records this package writes; a namespace written by a newer one is refused. */
export const RECORD_VERSION = 8;

/** Starts every key of a namespace; the hash tag keeps them on one node of a Cluster. */
export function prefixOf(namespace: string): string {
	return `pj:{${namespace}}:`;
}

/** One kind of key: what it holds and what keeps it small. */
export interface Bound {
	/** After the prefix; `*` stands for a part that varies. */
	pattern: string;
	type: 'hash' | 'string' | 'zset' | 'set' | 'list' | 'stream';
	holds: string;
	/** What limits the number of keys of this kind, and the size of each. */
	cap: string;
	/** When it goes. */
	lifetime: string;
}

const JOB = 'as the job: 180 days after its end, then a tombstone';
const bound = (pattern: string, type: Bound['type'], holds: string, cap: string, lifetime: string): Bound => ({ pattern, type, holds, cap, lifetime });

/** Every key there is. A test holds a busy namespace against it; ACLs and operations docs are written from it. */
export const BOUNDS: readonly Bound[] = [
	bound('meta', 'hash', 'counter, clock, version, the last 10 runs, durability, persistedAt, the last cuts, mediaBytes, quarantine, amnestyAt, logCut', '16 fields', 'for ever'),
	bound('op:*', 'string', 'first answer of a call', 'calls of 2 min', '2 min'),

	bound('job:*', 'hash', 'what scripts compare and move', '28 fields', JOB),
	bound('doc:*', 'string', 'JSON of what else changes', 'history and evidence capped by the policy', JOB),
	bound('content:*', 'string', 'JSON of what a revision publishes, deflated', 'metadata ≤ 4 kB; an earlier revision 8 days', JOB),
	bound('alias:*', 'string', 'job id that a further key leads to', 'one a corrected key', 'as the job, then as its tombstone'),
	bound('tomb:*', 'string', 'Pin; unless it succeeded the state, Pin, whether one may exist', '40 bytes', '2 years'),
	bound('state:*', 'zset', 'job by creation', '6 states, one entry a job', JOB),
	bound('jobs:*', 'zset', 'job by creation', 'one a job, by account', JOB),
	bound('counts:*', 'hash', 'state or doubt → jobs', '5 fields, by account', 'for ever'),
	bound('doubt', 'zset', 'job in doubt by since when', 'jobs in doubt', 'until settled'),
	bound('finished', 'zset', 'job nobody waits for by its end', 'one a finished job', JOB),
	bound('leases', 'zset', 'job by end of lease', 'jobs at work', 'until settled'),
	bound('lane:*', 'zset', 'job by when it is due, then by when it came in', 'waiting jobs, by lane, account and board or link', 'until claimed'),
	bound('deadlines', 'zset', 'waiting job by when it must end without being sent', 'waiting jobs', 'until claimed'),
	bound('boards:*', 'zset', 'board or link by when its first job may start', 'boards and links with waiting jobs', 'until claimed'),
	bound('due:*', 'zset', 'account by when its first board may start', 'accounts with waiting jobs', 'until claimed'),
	bound('busy:*', 'hash', 'board → job that writes to it', 'publishes under way', 'until settled'),
	bound('gaps:*', 'hash', 'board → no write before', 'boards ever written to', 'for ever'),
	bound('links:*', 'zset', 'link by when its next Pin may start', 'links of the Pins of one gap, by account', 'until some claim after the gap'),
	bound('turns:*', 'hash', 'link → job that is its next', 'links with waiting jobs, by account', 'until claimed'),
	bound('scan:*', 'string', 'no reading of a board to look for Pins before', 'boards with jobs in doubt, by account', '1 min after it may be read again'),
	bound('failed:*', 'zset', 'open failure by since when', '3 queues', 'until requeued or resolved'),
	bound('snoozed', 'zset', 'open failure by when it is to be told of again', 'open failures that were snoozed', 'until claimed, requeued or resolved'),
	bound('groups', 'hash', 'cause → open failures', 'causes of open failures', 'until the last is resolved'),
	bound('causes', 'hash', 'cause → JSON of its first failure', 'causes of open failures', 'until the last is resolved'),
	bound('bulk:*', 'hash', 'who requeued which filter, when, what was refused', '8 fields, 50 refusals', '30 days'),
	bound('bulkjobs:*', 'set', 'jobs of a bulk requeue', '10,000 jobs', '30 days'),
	bound('pin:*', 'string', 'answer: or adopted: and the job', 'one a Pin', 'as the job; of a second Pin two years more'),
	bound('buried:*', 'set', 'Pin of a job past its keeping', '8 bytes a Pin up to 512 a set, some 60 beyond; 1,000 sets a year', '3 years'),
	bound('nat:*', 'hash', 'job between permit and settle, or in doubt → its natural key', 'one each, by account and board', 'until settled'),
	bound('displaced', 'set', 'job that lost its Pin', 'rare', 'until sent back to reconcile'),
	bound('doubles', 'hash', 'job → its two Pins', 'rare', 'until dismissed, or as the job'),

	bound('holds:*', 'hash', 'kind → incident', '10 kinds, by account', 'until released'),
	bound('holds', 'zset', 'kind:account by end', 'holds that stand', 'until released'),
	bound('accounts', 'zset', 'account by when it was last served', 'accounts', 'for ever'),
	bound('users', 'hash', 'Pinterest user → the account that is bound to it', 'bound accounts', 'for ever'),
	bound('renames', 'hash', 'further name of an account → its first', 'renamed accounts', 'for ever'),
	bound('account:*', 'hash', 'user, client, pace, limits, boards, never sends again until', '12 fields, by account', 'for ever'),
	bound('sent:*', 'zset', 'when writes of an account were let go: Pins and registrations of videos', 'the latest 1,000, by account', '1 min after the last'),
	bound('checks', 'set', 'account whose token shall be checked', 'accounts', 'until a worker takes it'),
	bound('workers', 'zset', 'worker by its last beat', 'workers of 1 h', '1 h after the last beat'),
	bound('worker:*', 'hash', 'host, accounts, skew, pace of the app, since when and until when registered', '6 fields', '1 h after the last beat'),
	bound('awaited', 'set', 'worker that may hold a permit lost with a restart', 'workers of 2 min', 'until the next restart'),

	bound('media:*', 'string', 'image bytes', 'byte cap of the namespace', 'until no job refers to them, or 1 h without one'),
	bound('mediarefs:*', 'set', 'jobs that refer to the image', 'jobs with this image', 'with the image'),
	bound('mediaidle', 'zset', 'image without a job by when it goes', 'images of 1 h', '1 h'),

	bound('events', 'stream', 'log of events', '100,000 entries', '7 days'),
	bound('subs', 'zset', 'subscription by its end', 'subscriptions', 'until it is not renewed'),
	bound('sub:*:q:*', 'list', 'events waiting in a line', '1,000 a subscription', 'until delivered or dead'),
	bound('sub:*:heads', 'zset', 'line by its next try', '1,000', 'until delivered or dead'),
	bound('sub:*:tries', 'hash', 'line → tries', '1,000', 'until delivered or dead'),
	bound('sub:*:leases', 'hash', 'line → dispatcher', 'deliveries under way', 'until the try ends'),
	bound('sub:*:log', 'list', 'JSON of a try of a delivery', '100 of at most 1.5 kB', 'until a later try takes its place'),
	bound('sub:*:dead', 'zset', 'dead delivery by when it was given up', 'failures of 30 days', '30 days'),
	bound('sub:*', 'hash', 'definition, cursor, counts', '8 fields', 'until it is not renewed'),
	bound('dead:*', 'string', 'JSON of a dead delivery', 'failures of 30 days', '30 days'),
	bound('deliveries', 'zset', 'subscription by its next try', 'subscriptions', 'until it is not renewed'),
	bound('inbox:*', 'string', 'claim or done', 'deliveries of 7 days', '1 min, then 7 days'),
];

/** The row of the table a key belongs to; the first that fits. */
export function boundOf(prefix: string, key: string): Bound | undefined {
	const name = key.slice(prefix.length);
	return BOUNDS.find(({ pattern }) => new RegExp(`^${pattern.replaceAll('*', '.+')}$`, 's').test(name));
}
