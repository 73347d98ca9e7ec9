import { ERROR_HINTS, ERROR_TABLE, type EngineErrorCode } from '../../../src/errors';
import { FAILURES } from '../../../src/job/failures';
import type { FailureRow } from '../../../src/job/failure-row';
import { ACCESS } from '../../../src/job/failure-rows/access';
import { CONTENT } from '../../../src/job/failure-rows/content';
import { NETWORK } from '../../../src/job/failure-rows/network';
import { OURS } from '../../../src/job/failure-rows/ours';
import { STEPS } from '../../../src/job/failure-rows/steps';
import { policyOf, type BackoffRule } from '../../../src/job/policy';
import { previewOf, previewSentence } from '../../../src/job/preview';
import { table, time } from './markdown';

const groups: readonly [title: string, about: string, rows: readonly FailureRow[]][] = [
	['The network', 'The call got no answer, or one that says nothing of the Pin.', NETWORK],
	['Account, app and pace', 'The account, the app or the pace is the trouble, not the Pin.', ACCESS],
	['The Pin', 'Its board, image, link or texts are the trouble.', CONTENT],
	['Reads and media', 'No Pin comes of these calls, so they are repeated freely. The last row takes what no other takes.', STEPS],
	['What we say ourselves', 'No answer of Pinterest stands behind these.', OURS],
];

const intro = `# Errors

Two kinds. A *call to the engine* is refused at once with a code of the first table: the node's item gets it as its error. A *job*
that was accepted never ends in such an error; what went wrong with it stands in \`lastError\`, with a code of the later
tables, and it is tried again, held, or put into exactly one failure queue.

This page is written from the tables in the code (\`src/errors.ts\`, \`src/job/failure-rows/\`). After a change there, run
\`UPDATE_DOCS=1 npx jest test/unit/job/docs --selectProjects unit\`.

## Refused calls

${table(['code', 'what happened', 'what to do'], Object.keys(ERROR_TABLE).map((code) => [`\`${code}\``, ERROR_TABLE[code as EngineErrorCode], ERROR_HINTS[code as EngineErrorCode]]))}

## What a failure means

| column | says |
| --- | --- |
| Pin? | may a Pin exist? \`refused\`: Pinterest said no · \`not_sent\`: the request did not leave · \`unknown\`: the board is read, and nothing is sent until the Pin is found or proven absent |
| class | what is next: \`retry\`: soon (8 times, 5 s to 5 min, then as the next) · \`retry_later\`: with time (12 times, 1 min to 1 h) · \`route\`: a person must act · \`stop\`: a bug of ours |
| then | other delays than those of the class, or the hold that is put on the account or app instead of failing the job |
| queue | where the job waits when it has failed |
| fix | fields of Requeue whose correction would cure it |

The first row that fits counts, read from the top. \`{board}\` and the like stand for the job's own.
`;

/** The text of docs/errors.md. */
export function errorsPage(): string {
	const parts = groups.map(([title, about, rows]) => `## ${title}\n\n${about}\n\n${rowsTable(rows)}\n`);
	return [intro, ...parts, previews()].join('\n');
}

/** What would become of a job that meets the same error every time; those of one fate in one row. */
function previews(): string {
	const fates = new Map<string, string[]>();
	for (const { code } of FAILURES) {
		const fate = previewSentence(previewOf(code, policyOf(), MIDNIGHT)).replaceAll(` (${code})`, '');
		fates.set(fate, [...(fates.get(fate) ?? []), `\`${code}\``]);
	}
	return `## When it is tried again

For a job that meets the same error every time, the first time at 00:00:00: the tables above, played through the decisions themselves. Chance moves
each time a little, so that jobs do not come back together; these are the middle of it. \`pinterest-jobs policy CODE --at 14:30\` plays it
for any code and time, with the earliest and latest instant of every try. A job whose own *Publish Before* comes first ends there: as
\`deadline_passed\`, or canceled where it is to be skipped. One that may be published late goes on.

${table(['code', 'what happens'], [...fates].map(([fate, codes]) => [codes.join(' '), fate]))}
`;
}

const MIDNIGHT = Date.UTC(2026, 0, 1);

function rowsTable(rows: readonly FailureRow[]): string {
	return table(['code', 'Pin?', 'class', 'then', 'queue', 'what to do', 'what a client is told', 'fix'], rows.map((row) => [
		`\`${row.code}\``, row.outcome, row.class, thenOf(row), row.queue, row.hint, row.clientMessage, row.fix.map((field) => `\`${field}\``).join(' '),
	]));
}

function thenOf({ outcome, hold, delay, becomes, renewsMedia, ofAddress }: FailureRow): string {
	if (outcome === 'unknown') return 'the board is read';
	if (hold) return `holds the ${hold.scope} (\`${hold.kind}\`) ${lasting(hold.lasts)}`;
	const after = becomes ? `, then as \`${becomes}\`` : renewsMedia ? ', uploaded anew' : ofAddress ? '; after the second the image itself is sent' : '';
	return delay ? `${delay.attempts === 1 ? 'once' : `${delay.attempts} times`}, ${span(delay)}${after}` : '';
}

function lasting(lasts: NonNullable<FailureRow['hold']>['lasts']): string {
	if (lasts === 'until_checked') return 'until a token check or a person ends it';
	return lasts === 'by_headers' ? 'as long as the headers say, else 1 min to 1 h' : `for ${span(lasts)}, longer each time`;
}

function span({ baseMs, capMs }: BackoffRule): string {
	return baseMs === capMs ? `after ${time(baseMs)}` : `${time(baseMs)} to ${time(capMs)}`;
}
