import type { IDataObject } from 'n8n-workflow';
import { PinterestPublishJob } from '../../../nodes/PinterestPublishJob/PinterestPublishJob.node';
import { closeEngines } from '../../../nodes/shared/engine';
import { jobs as jobsCommand } from '../../../src/bin/jobs';
import type { JobView } from '../../../src';
import { redisOptions } from '../../support/redis';
import { TestWorld } from '../../support/world';
import { engineCredential, runNode } from './run-node';

let world: TestWorld;
let failed: JobView;

beforeAll(async () => {
	world = await TestWorld.start();
	const engine = world.engine();
	await world.serve(engine);
	const [result] = await engine.enqueue([world.request(1, { boardId: world.board('acme-eu'), boardName: 'Summer' })]);
	if (!result!.ok) throw result!.error;
	[failed] = await world.ended(engine, [result!.job.id]) as [JobView];
}, 60_000);
afterAll(async () => {
	await closeEngines();
	await world.stop();
});

const inNodeOutput = async (): Promise<IDataObject> => {
	const { items } = await runNode(new PinterestPublishJob(), {
		parameters: { resource: 'job', operation: 'get', jobId: failed.id }, items: [{ json: {} }], credential: engineCredential(world.namespace),
	});
	return items[0]!.json;
};

const inEvent = async (): Promise<unknown> => {
	const { events } = await world.engine().eventsSince(null, 100);
	return events.find(({ type, data }) => type === 'job.failed' && data.id === failed.id)!.data;
};

async function onCommandLine(): Promise<unknown> {
	const printed: string[] = [];
	const print = jest.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
	await jobsCommand(['get', failed.id, '--json', ...redisOptions(), '--namespace', world.namespace]);
	print.mockRestore();
	return JSON.parse(printed.at(-1)!);
}

describe.each([['the output of a node', inNodeOutput], ['an event', inEvent], ['the command line', onCommandLine]])('a failed job in %s', (_where, shown) => {
	let job: JobView;
	beforeAll(async () => {
		job = await shown() as JobView;
	});

	it.each<[string, (job: JobView) => unknown, unknown]>([
		['account and board', ({ account, board }) => ({ account, board }), () => ({ account: 'acme-us', board: { id: world.board('acme-eu'), sectionId: null, name: 'Summer' } })],
		['destination URL', ({ link }) => link, () => 'https://shop.example/products/1'],
		['creative reference', ({ creative }) => creative, () => ({ kind: 'image_url', ref: 'https://shop.example/images/1.jpg', sha256: null })],
		['attempt history', ({ attempts, attemptHistory }) => [attempts, attemptHistory], () => [1, [{
			n: 1, revision: 1, outcome: 'refused', class: 'route', code: 'board_not_permitted', httpStatus: 403, pinterestCode: 29,
			startedAt: expect.stringMatching(/Z$/), endedAt: expect.stringMatching(/Z$/), requestId: expect.any(String), message: expect.stringContaining('not permitted'),
		}]]],
		['last error class', ({ lastError }) => [lastError!.class, lastError!.code], () => ['route', 'board_not_permitted']],
		['recommended next action', ({ nextAction, fix, queue }) => [nextAction, fix, queue!.name], () => [
			expect.stringContaining('Choose a board of this account'), { operation: 'requeue', fields: ['boardId', 'account'] }, 'client',
		]],
	])('names its %s', (_what, of, expected) => {
		expect(of(job)).toEqual((expected as () => unknown)());
	});

	it('is the same job as everywhere else', () => {
		expect(job).toEqual(JSON.parse(JSON.stringify(failed)));
	});
});
