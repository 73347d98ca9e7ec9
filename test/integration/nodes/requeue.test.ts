import type { IDataObject, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { PinterestPublishJob } from '../../../nodes/PinterestPublishJob/PinterestPublishJob.node';
import { PinterestRequeue } from '../../../nodes/PinterestRequeue/PinterestRequeue.node';
import { closeEngines } from '../../../nodes/shared/engine';
import type { Engine, JobView } from '../../../src';
import { TestWorld } from '../../support/world';
import { engineCredential, runNode, type NodeRun } from './run-node';

const node = new PinterestRequeue();
let world: TestWorld;
let engine: Engine;

beforeEach(async () => {
	world = await TestWorld.start();
	engine = world.engine();
	await world.serve(engine);
});
afterEach(() => world.stop());
afterAll(closeEngines);

/** What a node freshly put on the canvas has in its fields. */
function defaultsOf(resource: string, operation: string): IDataObject {
	const shown = ({ displayOptions }: INodeProperties) => {
		const show = displayOptions?.show ?? {};
		return !show['resource'] || (show['resource'].includes(resource) && (!show['operation'] || show['operation'].includes(operation)));
	};
	return Object.fromEntries(node.description.properties.filter(shown).map(({ name, default: value }) => [name, value])) as IDataObject;
}

const run = (resource: string, operation: string, parameters: IDataObject, items: IDataObject[] = [{}], more: Partial<NodeRun> = {}) => runNode(node, {
	parameters: { ...defaultsOf(resource, operation), resource, operation, ...parameters }, items: items.map((json): INodeExecutionData => ({ json })),
	credential: engineCredential(world.namespace), ...more,
});
const output = async (...given: Parameters<typeof run>) => (await run(...given)).items.map(({ json }) => json);

/** Jobs that failed since their board belongs to somebody else. */
async function failures(count: number): Promise<JobView[]> {
	const foreign = world.board('acme-eu');
	const results = await engine.enqueue(Array.from({ length: count }, (_, n) => world.request(n, { boardId: foreign })));
	return world.ended(engine, results.map((result) => (result.ok ? result.job.id : '')));
}

const board = (value: string): IDataObject => ({ __rl: true, mode: 'id', value });

it('lists failures with what to do, and hints at it once', async () => {
	const [one] = await failures(3) as [JobView];
	const { items, hints } = await run('failure', 'getAll', { filters: { queue: 'client' } });
	expect(items).toHaveLength(3);
	expect(hints.map(({ message }) => message)).toEqual([expect.stringMatching(/^<b>3 jobs failed<\/b> \(board_not_permitted, client\)\. acme-us is neither owner nor collaborator .* with the cause <b>board_not_permitted\|acme-us\|\d+<\/b>\.$/)]);
	const got = await runNode(new PinterestPublishJob(), { parameters: { resource: 'job', operation: 'get', jobId: one.id }, items: [{ json: {} }], credential: engineCredential(world.namespace) });
	expect(got.hints.map(({ message }) => message)).toEqual([expect.stringContaining('<b>One job failed</b> (board_not_permitted, client).')]);
});

it('finds job and cause by itself after Get Many, after Get Groups and after an event', async () => {
	const [one] = await failures(2) as [JobView];
	const [group] = await output('failure', 'getGroups', {}) as [IDataObject];
	const cause = one.queue!.cause!;
	expect(group).toMatchObject({ cause, count: 2, recent: null, fix: ['boardId', 'account'] });
	const claim = { doneBy: 'ann' };
	const ofJob = await output('failure', 'claim', claim, [{ ...one }, { event: 'job.failed', job: { ...one } }]);
	expect(ofJob.map(({ id }) => id)).toEqual([one.id, one.id]);
	const ofCause = await output('failure', 'claim', { ...claim, which: 'cause' }, [group, { event: 'failure_group.opened', group: { cause } }]);
	expect(ofCause.map(({ cause: of, handled, refused }) => [of, handled, refused])).toEqual([[cause, 2, 0], [cause, 2, 0]]);
});

it('claims, notes, snoozes and resolves, and keeps who did it', async () => {
	const [one, two] = await failures(2) as [JobView, JobView];
	const on = (operation: string, parameters: IDataObject, job = one) => output('failure', operation, { doneBy: 'ann', ...parameters }, [{ id: job.id }]);
	expect((await on('claim', {}))[0]).toMatchObject({ queue: { owner: 'ann' } });
	await expect(on('claim', { doneBy: 'bob' })).rejects.toThrow('ann has claimed this failure.');
	expect((await on('claim', { doneBy: 'bob', options: { takeOver: true, owner: 'carla' } }))[0]).toMatchObject({ queue: { owner: 'carla' } });
	expect((await on('claim', { options: { giveBack: true } }))[0]).toMatchObject({ queue: { owner: null } });
	await on('addNote', { note: 'Asked Acme.' });
	expect((await on('snooze', { until: '2027-01-04T09:00:00', note: 'They are away.' }))[0]).toMatchObject({ queue: { snoozedUntil: '2027-01-04T08:00:00.000Z' } });
	expect((await output('failure', 'getAll', {})).map(({ id }) => id)).toEqual([two.id]);
	expect(await output('failure', 'getAll', { snoozed: true })).toHaveLength(2);
	const groups = (filters: IDataObject) => output('failure', 'getGroups', { filters });
	expect(await groups({})).toMatchObject([{ count: 2, snoozed: 1 }]);
	await on('snooze', { until: '2027-01-04T09:00:00' }, two);
	expect(await groups({})).toEqual([]);
	for (const filters of [{ snoozed: true }, { cause: two.queue!.cause! }]) expect(await groups(filters)).toMatchObject([{ count: 2, snoozed: 2 }]);
	const [resolved] = await on('resolve', { note: 'Not wanted.' }) as [IDataObject];
	expect(resolved).toMatchObject({ state: 'failed', queue: null });
	expect((resolved['handling'] as IDataObject[]).map(({ by, what, note }) => [by, what, note])).toEqual([
		['ann', 'claimed', null], ['bob', 'claimed', null], ['ann', 'released', null], ['ann', 'noted', 'Asked Acme.'], ['ann', 'snoozed', 'They are away.'], ['ann', 'resolved', 'Not wanted.'],
	]);
});

it('checks first with a dry run, then requeues all of a cause and tells how far it is', async () => {
	const failed = await failures(5);
	const correction = { filters: { cause: failed[0]!.queue!.cause! }, changes: { board: board(world.board()) }, doneBy: 'ann' };
	const dry = await run('job', 'requeueMany', { ...correction, dryRun: true });
	expect(dry.items[0]!.json).toMatchObject({ bulk: null, dryRun: true, requeued: 5, refused: 0 });
	expect(dry.hints.map(({ message }) => message).join()).toContain('Nothing was changed.');
	expect((await engine.get(failed[0]!.id)).state).toBe('failed');
	const { filters: _, ...others } = correction;
	const [bulk] = await output('job', 'requeueMany', { which: 'cause', ...others }, await output('failure', 'getGroups', {})) as [IDataObject];
	await world.ended(engine, failed.map(({ id }) => id));
	expect(await output('job', 'getProgress', {}, [bulk])).toEqual([expect.objectContaining({ id: bulk['bulk'], by: 'ann', total: 5, requeued: 5, done: true, percent: 100 })]);
});

it('says which jobs a requeue of many refused and why, in the output and as a hint', async () => {
	const [one] = await failures(1) as [JobView];
	const { items, hints } = await run('job', 'requeueMany', { which: 'ids', jobIds: one.id, changes: { board: board(world.board('acme-eu', 1)) }, doneBy: 'ann' });
	expect(items[0]!.json).toMatchObject({ requeued: 0, refused: 1, refusals: [{ code: 'preflight_failed', jobId: one.id }] });
	expect(hints[0]!.message).toMatch(/^<b>One job was refused<\/b> \(preflight_failed\)\. Board \d+ is none of the \d boards of acme-us/);
});

it('marks the output of a dry run of one job, and leaves the job as it was', async () => {
	const [one] = await failures(1) as [JobView];
	const [job] = await output('job', 'requeue', { dryRun: true, changes: { board: board(world.board()) } }, [{ id: one.id }]) as [IDataObject];
	expect(job).toMatchObject({ id: one.id, dryRun: true, revision: 2, board: { id: world.board() } });
	expect(await engine.get(one.id)).toMatchObject({ state: 'failed', revision: 1 });
});

it.each([
	['job', 'requeueMany', { filters: {}, doneBy: 'ann' }, 'No filter is set.'],
	['job', 'requeueMany', { which: 'ids', jobIds: '', doneBy: 'ann' }, 'Job IDs is empty.'],
	['job', 'getProgress', { bulk: '' }, 'Bulk ID is empty.'],
	['job', 'getProgress', { bulk: 'bulk_none' }, 'There is no bulk requeue bulk_none.'],
	['failure', 'claim', { jobId: '', doneBy: 'ann' }, 'Job ID is empty.'],
	['failure', 'claim', { which: 'cause', cause: '', doneBy: 'ann' }, 'Cause is empty.'],
	['failure', 'claim', { jobId: 'pj_nobody', doneBy: 'ann' }, 'There is no job pj_nobody.'],
	['failure', 'snooze', { jobId: 'pj_nobody', until: '', doneBy: 'ann' }, 'Until is empty.'],
	['failure', 'snooze', { jobId: 'pj_nobody', until: 'later', doneBy: 'ann' }, 'Until'],
	['failure', 'getAll', { filters: { failedForHours: 'long' } }, 'is not a number of hours'],
	['failure', 'getAll', { filters: { incident: 'inc_none' } }, 'There is no hold inc_none.'],
])('%s %s refuses %j with its own sentence and the item it is about', async (resource, operation, parameters, message) => {
	const refusal = run(resource, operation, parameters, [{}, {}]);
	await expect(refusal).rejects.toMatchObject({ message: expect.stringContaining(message) as string, context: { itemIndex: 0 }, description: expect.stringMatching(/\S/) as string });
});

it('names the item that went wrong and says that the others were done', async () => {
	const [one] = await failures(1) as [JobView];
	await expect(run('failure', 'claim', { doneBy: 'ann' }, [{ id: one.id }, { id: 'pj_nobody' }])).rejects.toMatchObject({
		message: 'There is no job pj_nobody.', context: { itemIndex: 1 }, description: expect.stringContaining('The other item was claimed; running again is safe.') as string,
	});
	const { items } = await run('failure', 'addNote', { doneBy: 'ann', note: 'x' }, [{ id: 'pj_nobody' }, { id: one.id }], { continueOnFail: true });
	expect(items.map(({ json }) => (json['error'] as IDataObject | undefined)?.['code'] ?? json['id'])).toEqual(['job_not_found', one.id]);
});

it.each([
	['job', 'requeueMany', true], ['job', 'resolveUnknown', true], ['failure', 'claim', true], ['failure', 'addNote', true], ['failure', 'snooze', true],
	['failure', 'resolve', true], ['hold', 'release', true], ['job', 'requeue', false], ['job', 'getProgress', false], ['failure', 'getAll', false], ['failure', 'getGroups', false],
])('%s %s is refused to an AI agent: %p', async (resource, operation, isRefused) => {
	const [one] = await failures(1) as [JobView];
	const answer = await output(resource, operation, { doneBy: 'agent', filters: {}, verdict: 'absent', bulk: 'bulk_none' }, [{ id: one.id }], { type: 'n8n-nodes-pinterest-jobs.pinterestRequeueTool', continueOnFail: true });
	const said = ((answer[0]?.['error'] ?? {}) as IDataObject)['message'];
	expect(String(said).startsWith('An AI agent may not use')).toBe(isRefused);
});

describe('Correct While Waiting', () => {
	const changed = (parameters: IDataObject, ids: (string | undefined)[], more: Partial<NodeRun> = {}) =>
		output('job', 'update', { jobId: '={{ $json.id }}', doneBy: 'ann', ...parameters }, ids.map((id) => ({ id }) as IDataObject), more);
	const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

	it('reschedules and corrects a job that waits for its time, and publishes it as corrected then', async () => {
		const [result] = await engine.enqueue([world.request(1, { scheduledAt: inHours(24) })]);
		const { id, revision } = (result as { job: JobView }).job;
		const later = inHours(48), before = inHours(72);
		expect(await changed({ changes: { title: 'Lamp', scheduledAt: later, publishBefore: before }, revision: String(revision) }, [id])).toMatchObject([
			{ id, state: 'queued', revision: revision + 1, title: 'Lamp', scheduledAt: later, publishBefore: before, nextAction: expect.stringContaining('scheduled') as string },
		]);
		await expect(changed({ changes: { title: 'Shade' }, revision: String(revision) }, [id])).rejects.toMatchObject({ description: expect.stringContaining('Read it again') as string });

		expect(await changed({ changes: { scheduledAt: '' } }, [id])).toMatchObject([{ scheduledAt: null }]);
		expect(await world.ended(engine, [id])).toMatchObject([{ state: 'succeeded', title: 'Lamp', revisions: [{ by: 'ann' }, { by: 'ann' }] }]);
		expect(world.sandbox.control.pins().items.map(({ title }) => title)).toEqual(['Lamp']);
	});

	it('corrects what waits under a hold, and leaves the hold', async () => {
		await world.until(async () => ((await engine.directory.names()).length > 0 ? true : null));
		await engine.pacing.pause({ account: 'acme-us' }, {}, { by: 'ann' });
		const [result] = await engine.enqueue([world.request(1)]);
		const { id } = (result as { job: JobView }).job;
		expect(await changed({ changes: { title: 'Lamp' } }, [id])).toMatchObject([{ title: 'Lamp', incident: { kind: 'paused' } }]);
	});

	it('says what to do instead with a job that has ended or is in doubt', async () => {
		const [failed] = await failures(1) as [JobView];
		const [done] = await engine.enqueue([world.request(7)]);
		const [published] = await world.ended(engine, [(done as { job: JobView }).job.id]) as [JobView];
		const [other] = await engine.enqueue([world.request(8, { scheduledAt: inHours(1) })]);
		const canceled = await engine.cancel((other as { job: JobView }).job.id, {});
		const refused = await changed({ changes: { title: 'Lamp' } }, [failed.id, published.id, canceled.id], { continueOnFail: true });
		expect(refused.map(({ error }) => error)).toMatchObject([
			{ code: 'job_not_waiting', hint: expect.stringContaining('Requeue → Requeue takes the same corrections') as string },
			{ code: 'job_not_waiting', hint: expect.stringContaining('A new Pin needs a new Source Record ID') as string },
			{ code: 'job_not_waiting', hint: expect.stringContaining('It was canceled. Pinterest Requeue → Requeue') as string },
		]);

		// The listing shows nothing for a while, so that the doubt stays.
		world.sandbox.control.addFault({ match: { operation: 'createPin' }, fault: 'commitThenReset' });
		world.sandbox.control.addFault({ match: { operation: 'listBoardPins' }, fault: 'hangBefore', times: 3 });
		const [unsure] = await engine.enqueue([world.request(9)]);
		const doubtful = await world.until(async () => {
			const job = await engine.get((unsure as { job: JobView }).job.id);
			return job.doubt ? job : null;
		});
		const [inDoubt] = await changed({ changes: { title: 'Lamp' } }, [doubtful.id], { continueOnFail: true });
		expect(inDoubt!['error']).toMatchObject({ code: 'job_in_doubt', hint: expect.stringContaining('Wait until the board has been read, or use Resolve Unknown') as string });
	});
});
