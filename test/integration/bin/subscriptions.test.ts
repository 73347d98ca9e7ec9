import { subscriptions } from '../../../src/bin/subscriptions';
import { redisOptions } from '../../support/redis';
import { SECRET, TestWorld } from '../../support/world';
import { EventEndpoint, status } from '../webhook/a-receiver';

let world: TestWorld;
let endpoint: EventEndpoint;
let printed: string[];

beforeEach(async () => {
	jest.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
	jest.spyOn(console, 'error').mockImplementation(() => undefined);
	endpoint = await EventEndpoint.start();
	process.env.PINTEREST_JOBS_SIGNING_SECRET = SECRET;
	process.env.PINTEREST_JOBS_DELIVERY_BASE_URL = endpoint.origin;
	world = await TestWorld.start();
});
afterEach(async () => {
	jest.restoreAllMocks();
	delete process.env.PINTEREST_JOBS_SIGNING_SECRET;
	delete process.env.PINTEREST_JOBS_DELIVERY_BASE_URL;
	process.exitCode = undefined;
	await world.stop();
	await endpoint.stop();
});

/** Runs the command and answers what it printed. */
async function run(...argv: string[]): Promise<string> {
	printed = [];
	await subscriptions([...argv, ...redisOptions(), '--namespace', world.namespace]);
	return printed.join('\n');
}
const json = async (...argv: string[]) => JSON.parse(await run(...argv, '--json')) as Record<string, unknown>;
const created = async () => (await json('create', '--url', `${endpoint.origin}/hook`, '--label', 'Backend', '--events', 'job.failed,job.succeeded', '--account', 'acme-us'))['id'] as string;

it('creates, lists, shows the secret, rotates, tests, pauses and deletes', async () => {
	const id = await created();
	expect(await run('list')).toBe(`${id}  Backend: fine, 0 waiting\n    ${endpoint.origin}/hook\n    job.failed, job.succeeded`);
	const secret = await run('secret', id);
	expect(secret).toMatch(/^whsec_[A-Za-z0-9+/=]{44}$/);
	await run('rotate', id);
	expect(await run('secret', id)).toMatch(/^whsec_\S+\nThe one before signs as well until /);
	expect(await run('test', id)).toMatch(/^Taken: HTTP 200 after \d+ ms$/);
	endpoint.answer = status(500, 'broken');
	expect([await run('test', id), process.exitCode]).toEqual([expect.stringMatching(/^Not taken: HTTP 500 after \d+ ms: broken$/), 1]);
	expect(await run('pause', id)).toContain('Backend: paused');
	expect(await run('resume', id)).toContain('Backend: fine');
	await run('delete', id);
	expect(await run('list')).toBe('');
});

it('shows the log of deliveries, and delivers again', async () => {
	const id = await created();
	const engine = world.engine({ deliveryBaseUrl: endpoint.origin });
	await world.serve(engine);
	const [result] = await engine.enqueue([world.request(1)]);
	const jobId = result!.ok ? result!.job.id : '';
	await world.until(async () => ((await run('log', id)) === '' ? null : true));
	expect(await run('log', id, '--limit', '1')).toMatch(new RegExp(`^\\S+Z {2}job.succeeded {2}evt_\\w+ {2}${jobId} {2}try 1: delivered, HTTP 200 after \\d+ ms$`));
	expect(await run('replay', id, '--job', jobId)).toBe('1 event will be delivered again.');
	expect(await json('replay', id, '--from', '1h')).toMatchObject({ replayed: expect.any(Number) as number });
	expect(await run('replay', id)).toBe('0 events will be delivered again.');
});

it.each<[string[], string]>([
	[['shout'], 'There is no action "shout".'],
	[['secret'], 'secret needs the id of a subscription.'],
	[['list', 'sub_1'], 'list does not take "sub_1".'],
	[['create', '--url', 'https://backend.example'], 'An endpoint needs --url and --label.'],
	[['replay', 'sub_1', '--job', 'pj_1', '--event', 'evt_1'], '--job, --event and --from exclude each other.'],
	[['log', 'sub_1', '--many'], "Unknown option '--many'."],
])('refuses %j', async (argv, message) => {
	await expect(run(...argv)).rejects.toMatchObject({ code: 'invalid_request', message });
});
