import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { dataOf, EVENT_TYPES, type JobEvent } from '../../../src/job/event';
import { DELIVERY_DELAYS_MS } from '../../../src/webhook/schedule';
import { MAX_BODY_BYTES, MIN_SECRET_BYTES, sign } from '../../../src/webhook/signature';
import { aJob } from '../job/builders';
import { tableUnder } from '../job/markdown';

const page = readFileSync('docs/webhooks.md', 'utf8');
const blocks = (language: string) => [...page.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, 'g'))].map(([, text]) => text!);

describe('docs/webhooks.md', () => {
	it('lists the types of events that there are', () => {
		expect(tableUnder('webhooks.md', '## The types').map(([type]) => type)).toEqual([...EVENT_TYPES]);
	});

	it('has the schedule of the code', () => {
		const units: Record<string, number> = { s: 1000, min: 60_000, h: 3_600_000 };
		const rows = tableUnder('webhooks.md', '## The schedule');
		const delays = rows.map(([, after]) => {
			const [count, unit] = after!.split(' ');
			return after === 'at once' ? 0 : Number(count) * units[unit!]!;
		});
		expect(delays).toEqual([...DELIVERY_DELAYS_MS]);
		expect(rows.map(([nth]) => Number(nth))).toEqual(DELIVERY_DELAYS_MS.map((_, index) => index + 1));
	});

	it('shows a payload with the fields that one has', () => {
		const lastError = { class: 'route', code: 'board_not_found', message: 'Board not found.', httpStatus: 404 } as const;
		const attempt = {
			n: 1, revision: 1, startedAt: 0, endedAt: 1, outcome: 'refused', class: 'route', code: 'board_not_found', httpStatus: 404, pinterestCode: 40,
			requestId: 'r', message: 'm',
		} as const;
		const job = aJob({
			state: 'failed', seq: 3, attempts: 1, attemptHistory: [attempt], lastError, queue: { name: 'ops', owner: null, since: 0, snoozedUntil: null },
			n8n: { workflowId: 'w', executionId: 'e', executionUrl: 'u' },
		});
		const event: JobEvent = { id: 'evt_1', cursor: '1-0', type: 'job.failed', at: 2, jobId: job.id, seq: 3, snapshot: job };
		const shown = JSON.parse(blocks('json')[0]!) as { data: Record<string, unknown> };
		expect(namesIn(shown.data)).toEqual(namesIn(dataOf(event, job)));
	});

	it('names the bounds of the code', () => {
		expect(page).toContain(`at most ${MAX_BODY_BYTES / 1024} kB`);
		expect(page).toContain(`at least ${MIN_SECRET_BYTES} bytes`);
	});
});

/** The names at every depth that the package decides about: not those inside metadata. */
function namesIn(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(namesIn).slice(0, 1);
	if (typeof value !== 'object' || value === null) return null;
	return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, name === 'metadata' || name === 'fix' ? null : namesIn(inner)]));
}

describe('the lines for verifying in docs/webhooks.md', () => {
	type Verify = (headers: Record<string, unknown>, rawBody: Buffer, secret: string) => boolean;
	const load = new Function('require', `${blocks('js')[0]}\nreturn isFromPinterestJobs;`) as (require: unknown) => Verify;
	const verify = load(createRequire(__filename));
	const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
	const body = Buffer.from('{"title":"Äpfel"}');
	const headers = (secrets = [secret], at = Date.now()) => sign(secrets, 'evt_1', at, body);

	it.each([[secret], ['any text of at least 24 bytes']])('accept what is signed with %s', (given) => {
		expect(verify(headers([given]), body, given)).toBe(true);
	});

	it('accept either secret while one replaces the other', () => {
		const both = headers(['any text of at least 24 bytes', secret]);
		expect([verify(both, body, secret), verify(both, body, 'any text of at least 24 bytes')]).toEqual([true, true]);
	});

	it.each<[string, () => boolean]>([
		['another secret', () => verify(headers(), body, 'any text of at least 24 bytes')],
		['another body', () => verify(headers(), Buffer.from('{"title":"Birnen"}'), secret)],
		['another id', () => verify({ ...headers(), 'webhook-id': 'evt_2' }, body, secret)],
		['an old call', () => verify(headers([secret], Date.now() - 302_000), body, secret)],
		['a call from the future', () => verify(headers([secret], Date.now() + 302_000), body, secret)],
		['no signature', () => verify({ ...headers(), 'webhook-signature': undefined }, body, secret)],
		['an empty signature', () => verify({ ...headers(), 'webhook-signature': '' }, body, secret)],
		['a list of ids', () => verify({ ...headers(), 'webhook-id': ['evt_1'] }, body, secret)],
	])('refuse %s', (_name, answer) => {
		expect(answer()).toBe(false);
	});
});
