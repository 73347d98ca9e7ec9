import type { Engine, PublishRequest } from '../../../src';
import { doctor } from '../../../src/bin/doctor';
import { redisUrl } from '../../support/redis';
import { TestWorld } from '../../support/world';

let world: TestWorld;
let engine: Engine;
let made = 0;

beforeEach(async () => {
	world = await TestWorld.start();
	engine = world.engine();
});
afterEach(async () => {
	jest.restoreAllMocks();
	process.exitCode = undefined;
	await world.stop();
});

async function enqueued(changes: Partial<PublishRequest>): Promise<string> {
	const [result] = await engine.enqueue([world.request(++made, changes)]);
	if (!result!.ok) throw result!.error;
	return result!.job.id;
}

/** Names and words of the findings, in the order of their names. */
async function found(): Promise<{ name: string; message: string }[]> {
	const { findings } = await engine.health();
	return findings.map(({ code, subject, message }) => ({ name: `${code} ${subject}`, message })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

it('is known by its code and its subject, whatever the numbers in its words', async () => {
	await enqueued({ account: 'acme-us' });
	await enqueued({ account: 'acme-eu' });
	const before = await found();
	expect(before.map(({ name }) => name)).toEqual(['account_not_served acme-eu', 'account_not_served acme-us', 'no_worker null']);
	await enqueued({ account: 'acme-us' });
	const after = await found();
	expect(after.map(({ name }) => name)).toEqual(before.map(({ name }) => name));
	expect(after.filter(({ message }, i) => message !== before[i]!.message).map(({ name }) => name)).toEqual(['account_not_served acme-us']);
});

it('is one for each queue in which failures wait, for each account that is held, and on the command line too', async () => {
	await Promise.all(['acme-us', 'acme-eu'].map((account) => world.serve(engine, account)));
	const ids = await Promise.all([enqueued({ boardId: '999999' }), enqueued({ boardId: '999999' }), enqueued({ boardId: world.board('acme-eu') })]);
	await world.ended(engine, ids);
	world.sandbox.control.addFault({ match: { operation: 'createPin' }, fault: 'spam429', times: 2 });
	await Promise.all(['acme-us', 'acme-eu'].map((account) => enqueued({ account })));
	await world.until(async () => ((await engine.holds()).length === 2 ? true : null));
	const names = ['failures_open client', 'failures_open ops', 'spam_block acme-eu', 'spam_block acme-us'];
	expect((await found()).map(({ name }) => name)).toEqual(names);
	expect((await found())[1]!.message).toContain('wait for ops: 2');

	const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
	await doctor(['--json', '--redis', redisUrl(), '--namespace', world.namespace]);
	const { findings } = JSON.parse(String(log.mock.calls[0]![0])) as { findings: { code: string; subject: string | null }[] };
	expect(findings.map(({ code, subject }) => `${code} ${subject}`).filter((name) => names.includes(name)).sort()).toEqual(names);
});
