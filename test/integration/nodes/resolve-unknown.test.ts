import type { IDataObject } from 'n8n-workflow';
import { PinterestPublishJob } from '../../../nodes/PinterestPublishJob/PinterestPublishJob.node';
import { PinterestRequeue } from '../../../nodes/PinterestRequeue/PinterestRequeue.node';
import { closeEngines } from '../../../nodes/shared/engine';
import type { Engine, JobView } from '../../../src';
import type { FaultName } from '../../../src/sandbox/faults';
import { JobStore } from '../../../src/store/job-store';
import { Namespace } from '../../../src/store/namespace';
import { policyOf } from '../../../src/job/policy';
import { redisSettings } from '../../support/redis';
import { TestWorld } from '../../support/world';
import { engineCredential, runNode } from './run-node';

const node = new PinterestRequeue();
let world: TestWorld;
let engine: Engine;
/** Jobs that nobody could find out about: the board may not be read. */
let undecided: Record<'there' | 'lost' | 'given up' | 'kept', JobView>;

beforeAll(async () => {
	world = await TestWorld.start({ timeFactor: 200 });
	engine = world.engine();
	await world.serve(engine);
	world.sandbox.control.changeAccount('acme-us', { readsForbidden: true });
	const faults: [string, FaultName][] = [['there', 'commitThen500'], ['lost', 'error500Before'], ['given up', 'error500Before'], ['kept', 'commitThen500']];
	for (const [n, [, fault]] of faults.entries()) world.sandbox.control.addFault({ fault, match: { operation: 'createPin', link: world.request(n).link! } });
	const results = await engine.enqueue(faults.map((_, n) => world.request(n)));
	const jobs = await world.ended(engine, results.map((result) => (result.ok ? result.job.id : '')), 60_000);
	undecided = Object.fromEntries(faults.map(([name], n) => [name, jobs[n]!])) as typeof undecided;
}, 90_000);
afterAll(async () => {
	await closeEngines();
	await world.stop();
});

const pins = ({ link }: JobView) => world.sandbox.control.pins({ link: link! }).items;
const posts = ({ link }: JobView) => world.sandbox.control.calls({ operation: 'createPin', link: link! }).items.length;

async function verdict(job: Partial<JobView>, parameters: IDataObject): Promise<IDataObject> {
	const { items } = await runNode(node, {
		parameters: { resource: 'job', operation: 'resolveUnknown', jobId: '={{ $json.job?.id ?? $json.id }}', verdict: 'published', pin: '', doneBy: 'ann', revision: '', ...parameters },
		items: [{ json: { event: 'job.failed', job: { id: job.id } } }], credential: engineCredential(world.namespace, { timeFactor: 200 }),
	});
	return items[0]!.json;
}

it('asks a person, since the board could not be read', () => {
	for (const job of Object.values(undecided)) {
		expect(job).toMatchObject({ state: 'failed', queue: { name: 'ops' }, fix: { operation: 'resolveUnknown' }, lastError: { code: 'outcome_unknown' } });
		expect(posts(job)).toBe(1);
	}
});

it('published: the job succeeds with the Pin whose address was given, and nothing is sent', async () => {
	const [pin] = pins(undecided.there);
	const job = await verdict(undecided.there, { verdict: 'published', pin: `https://www.pinterest.com/pin/a-lamp--${pin!.id}/?utm=1` });
	expect(job).toMatchObject({ id: undecided.there.id, state: 'succeeded', pinId: pin!.id, pinUrl: expect.stringContaining(pin!.id) as string, queue: null });
	expect([posts(undecided.there), pins(undecided.there).length]).toEqual([1, 1]);
});

it('not there: the same job is sent once more, and makes the one Pin', async () => {
	const job = await verdict(undecided.lost, { verdict: 'absent', revision: '={{ 1 }}' });
	expect(job).toMatchObject({ id: undecided.lost.id, state: 'queued', revision: 2, queue: null });
	expect(await world.ended(engine, [undecided.lost.id])).toMatchObject([{ state: 'succeeded', pinId: pins(undecided.lost)[0]!.id }]);
	expect([posts(undecided.lost), pins(undecided.lost).length]).toEqual([2, 1]);
	await expect(verdict(undecided.lost, { verdict: 'absent' })).rejects.toMatchObject({ message: expect.stringContaining('not unknown') as string, description: expect.stringContaining('Its Pin is known.') as string });
});

it('abandon: the job is resolved, and neither its record nor a requeue sends it ever again', async () => {
	const given = undecided['given up'];
	expect(await verdict(given, { verdict: 'abandon' })).toMatchObject({ id: given.id, state: 'failed', queue: null, nextAction: expect.stringContaining('This key is not sent again') as string });
	const [again] = await engine.enqueue([world.request(2)]);
	expect(again).toMatchObject({ ok: true, job: { id: given.id, existing: true, state: 'failed' } });
	await expect(engine.requeue(given.id, {}, { by: 'ann' })).rejects.toMatchObject({ code: 'job_in_doubt' });
	const { items } = await runNode(new PinterestPublishJob(), {
		parameters: { resource: 'job', operation: 'getAll', what: 'jobs', returnAll: true, filters: { queue: 'ops' } }, items: [{ json: {} }], credential: engineCredential(world.namespace, { timeFactor: 200 }),
	});
	expect(items.map(({ json }) => json['id'])).not.toContain(given.id);
	expect(posts(given)).toBe(1);
});

it.each<[string, IDataObject, RegExp, RegExp]>([
	['whoever has looked is not named', { verdict: 'absent', doneBy: '' }, /^Done By is empty\.$/, /name who has looked at the board/],
	['no Pin is named', { pin: '' }, /^"" is neither the ID nor the address of a Pin\.$/, /copy its address/],
	['the Pin is a board', { pin: 'https://www.pinterest.com/acme/summer/' }, /acme\/summer\/" is neither/, /copy its address/],
	['the job was changed since', { verdict: 'abandon', revision: '7' }, /changed by somebody else/, /at revision 1 now, and failed\. Read it again/],
	['the job is unknown', { verdict: 'abandon', jobId: 'pj_nobody' }, /no job pj_nobody/, /begins with pj_/],
])('is refused when %s, with what to do, and changes nothing', async (_case, parameters, message, hint) => {
	await expect(verdict(undecided.kept, parameters)).rejects.toMatchObject({
		name: 'NodeOperationError', message: expect.stringMatching(message) as string, description: expect.stringMatching(hint) as string, context: { itemIndex: 0 },
	});
	expect(await engine.get(undecided.kept.id)).toEqual(undecided.kept);
});

it('is refused when the Pin is already another job\'s', async () => {
	const owned = (await engine.get(undecided.there.id)).pinId!;
	await expect(verdict(undecided.kept, { pin: owned })).rejects.toMatchObject({ description: expect.stringMatching(/\S/) as string, message: expect.stringContaining(undecided.there.id) as string });
	expect(await engine.get(undecided.kept.id)).toEqual(undecided.kept);
});

it('is refused when the Pin is that of a job whose record is past its keeping', async () => {
	const { there } = undecided;
	const namespace = new Namespace({ redis: redisSettings(), name: world.namespace, horizonMs: 1000 });
	await new JobStore(namespace, { ...policyOf(), retentionMs: 0 }).purge(100);
	await namespace.close();
	await expect(engine.get(there.id)).rejects.toMatchObject({ code: 'job_not_found' });
	await expect(verdict(undecided.kept, { pin: pins(there)[0]!.id })).rejects.toMatchObject({ description: expect.stringContaining('another Pin') as string, message: expect.stringContaining('past its keeping') as string });
	expect(await engine.get(undecided.kept.id)).toEqual(undecided.kept);
});
