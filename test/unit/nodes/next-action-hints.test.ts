import type { IExecuteFunctions, NodeExecutionHint } from 'n8n-workflow';
import { addOutputHints, dryRunHint, jobsIn, nextActionHints, pacingHints, refusalHints } from '../../../nodes/shared/next-action.hints';
import type { AccountView, HoldKind, Incident, JobView } from '../../../src';
import type { Job } from '../../../src/job/job';
import { viewOf } from '../../../src/job/view';
import { aJob, HOUR, NOW } from '../job/builders';

const failed = (code: string, board: string, changes: Partial<Job> = {}): JobView => viewOf(aJob({
	state: 'failed', dueAt: null, queue: { name: 'ops', owner: null, since: NOW, snoozedUntil: null }, groupKey: `${code}|acme-us|${board}`,
	lastError: { class: 'route', code, message: 'm', httpStatus: 404 }, ...changes,
}, { boardId: board }));
const held = (kind: HoldKind): JobView => {
	const incident: Incident = { id: `inc_${kind}`, account: 'acme-us', kind, until: null, code: kind, message: '', since: NOW, waiting: 41 };
	return viewOf(aJob(), { incident });
};
const messages = (jobs: JobView[]) => nextActionHints(jobs, NOW).map(({ message }) => message);
const times = (count: number, job: JobView) => Array<JobView>(count).fill(job);

it('says once what to do about all jobs of a cause, and how to put them back together', () => {
	const [message, ...others] = messages(times(41, failed('board_not_found', '123')));
	expect(others).toEqual([]);
	expect(message).toBe('<b>41 jobs failed</b> (board_not_found, ops). Board 123 does not exist for acme-us. Requeue with another board. A board of the sandbox exists only there.'
		+ ' All at once: Pinterest Requeue, Requeue Many, with the cause <b>board_not_found|acme-us|123</b>.');
});

it('says of one failed job what to do about it alone', () => {
	expect(messages([failed('board_not_found', '123')])[0]).toMatch(/^<b>One job failed<\/b> \(board_not_found, ops\)\. Board 123 .* only there\.$/);
});

it('says of held jobs what they wait for', () => {
	expect(messages(times(2, held('token_dead')))).toEqual(['<b>2 jobs wait</b> (token_dead). Held: Pinterest does not accept the token of acme-us. Reconnect its credential in n8n; the jobs go on by themselves.']);
});

it('begins with the cause of most jobs, and keeps to a few lines', () => {
	const causes = [1, 2, 3, 4, 5].flatMap((count) => times(count, failed('board_not_found', `${count}`)));
	const lines = messages(causes)[0]!.split('<br>');
	expect(lines.map((line) => /<b>(.*?)<\/b>/.exec(line)![1])).toEqual(['5 jobs failed', '4 jobs failed', '3 jobs failed', 'nextAction']);
	expect(lines[3]).toMatch(/^3 more jobs for other reasons/);
});

it.each([
	['succeeded', viewOf(aJob({ state: 'succeeded', pinId: '1' }))],
	['waits for its turn', viewOf(aJob())],
	['was resolved', failed('board_not_found', '1', { queue: null })],
	['is snoozed', failed('board_not_found', '1', { queue: { name: 'ops', owner: null, since: NOW, snoozedUntil: NOW + HOUR } })],
])('is silent about a job that %s', (_what, job) => {
	expect(messages([job])).toEqual([]);
});

it('shows what users wrote as text, not as HTML', () => {
	const job = failed('link_invalid', '1', { groupKey: 'link_invalid|acme-us|<img src=x>' });
	const evil: JobView = { ...job, nextAction: 'Pinterest does not take <script>"x"</script> & more.' };
	const [message] = messages([evil, evil]);
	expect(message).toContain('&#60;script&#62;&#34;x&#34;&#60;/script&#62; &#38; more.');
	expect(message!.replace(/<\/?b>/g, '')).not.toMatch(/[<>"]/);
});

it('says why jobs of a bulk were refused, once for each reason', () => {
	const refusal = (code: string) => ({ code, message: `Board <1> (${code}).`, hint: 'Choose another.', class: 'route', jobId: 'pj_1' });
	const [hint] = refusalHints([{ bulk: 'bulk_1', refusals: [refusal('preflight_failed'), refusal('preflight_failed'), refusal('job_in_doubt')] }]);
	expect(hint!.message).toBe('<b>2 jobs were refused</b> (preflight_failed). Board &#60;1&#62; (preflight_failed). Choose another.'
		+ '<br><b>One job was refused</b> (job_in_doubt). Board &#60;1&#62; (job_in_doubt). Choose another.');
	expect(refusalHints([{ refusals: [] }, {}])).toEqual([]);
});

it('says that a dry run changed nothing', () => {
	expect(dryRunHint([{ dryRun: true }])[0]!.message).toContain('Nothing was changed.');
	expect(dryRunHint([{ dryRun: false }, {}])).toEqual([]);
});

it('finds jobs one by one and in the list of an item about many', () => {
	const job = { ...viewOf(aJob()) };
	expect(jobsIn([job, { jobs: [job, { id: 'no job' }], refused: 1 }, { jobs: 'none' }, { error: {} }])).toEqual([job, job]);
});

it('tells nothing where n8n has no place for hints, or nothing is to be told', () => {
	const told: NodeExecutionHint[] = [];
	addOutputHints({} as IExecuteFunctions, [{ ...failed('board_not_found', '1') }]);
	addOutputHints({ addExecutionHints: (...hints: NodeExecutionHint[]) => void told.push(...hints) } as unknown as IExecuteFunctions, [{ ...viewOf(aJob()) }]);
	expect(told).toEqual([]);
});

it('says of accounts once what their jobs wait for, then which are slowed', () => {
	const account = (name: string, state: string, more: { waiting?: number; slowed?: string } = {}) =>
		({ account: name, waiting: more.waiting ?? 3, pacing: { state, why: `${name} waits.`, slowed: more.slowed ?? null } }) as AccountView;
	expect(pacingHints([account('a', 'ready'), account('b', 'not_due'), account('c', 'held', { waiting: 0 })])).toEqual([]);
	expect(pacingHints([account('a', 'paced', { slowed: 'Slowed to 12 writes a minute.' })])).toMatchObject([{ type: 'info', message: '<b>a</b>: Slowed to 12 writes a minute.' }]);
	const all = [account('a', 'ready', { slowed: 'Slowed.' }), account('<b>', 'held'), account('c', 'not_served'), account('d', 'held'), account('e', 'ready')];
	expect(pacingHints([...all, ...all])).toMatchObject([{ type: 'warning', message: [
		'<b>&#60;b&#62;</b>: 3 waiting. &#60;b&#62; waits.', '<b>c</b>: 3 waiting. c waits.', '<b>d</b>: 3 waiting. d waits.', '1 more account: <b>pacing.why</b> of each item says why.',
	].join('<br>') }]);
});
