import type { Engine, JobView, Pausable } from '../../../src';
import { TestWorld, UNHURRIED } from '../../support/world';

const ANN = { by: 'ann' };
const US: Pausable = { account: 'acme-us' }, ACME: Pausable = { client: 'Acme' }, ALL: Pausable = { everything: true };

let world: TestWorld;
let engine: Engine;
beforeEach(async () => {
	world = await TestWorld.start({ engine: { policy: UNHURRIED } });
	engine = world.engine();
	await Promise.all([world.serve(engine), world.serve(engine, 'acme-eu', undefined, { client: 'Beta' })]);
	await world.until(async () => ((await engine.accounts()).filter(({ boardsAt }) => boardsAt !== null).length === 2 ? true : null));
});
afterEach(() => world.stop());

async function enqueued(account: string, ...numbers: number[]): Promise<JobView[]> {
	const results = await engine.enqueue(numbers.map((n) => world.request(n, { account, boardId: world.board(account, n % 2) })));
	return results.map((result) => {
		if (!result.ok) throw result.error;
		return result.job;
	});
}

const sent = (account: string) => world.sandbox.control.calls({ operation: 'createPin', account }).items.length;
const told = async () => (await engine.eventsSince(null, 500)).events.filter(({ type }) => type.startsWith('account.')).map(({ type, data }) => [type, data['account'], data['kind'], data['releasedBy'] ?? null]);
const published = async (jobs: JobView[]) => (await world.ended(engine, jobs.map(({ id }) => id))).map(({ state }) => state);
/** The end of a job of another account, after which a job that was not held would have gone out too. */
const letTimePass = async (n: number) => expect(await published(await enqueued('acme-eu', n))).toEqual(['succeeded']);

it('holds the jobs of a paused account until it is resumed, says who paused it and why, and tells of both', async () => {
	const incident = await engine.pacing.pause(US, { reason: 'texts are checked' }, ANN);
	expect(incident).toMatchObject({ account: 'acme-us', kind: 'paused', until: null, message: 'ann paused acme-us: texts are checked.' });
	const jobs = await enqueued('acme-us', 1, 2);
	await letTimePass(3);
	expect([sent('acme-us'), sent('acme-eu')]).toEqual([0, 1]);
	expect(await engine.get(jobs[0]!.id)).toMatchObject({
		state: 'queued', attempts: 0, incident: { id: incident.id, kind: 'paused' },
		nextAction: 'Held: ann paused acme-us: texts are checked. It goes on with Pinterest Requeue → Hold → Resume.',
	});
	expect((await engine.health()).findings).toContainEqual(expect.objectContaining({ level: 'warning', code: 'paused', subject: 'acme-us', hint: expect.stringContaining('Resume') as string }));

	expect(await engine.pacing.resume(US, ANN)).toMatchObject({ id: incident.id });
	expect(await published(jobs)).toEqual(['succeeded', 'succeeded']);
	expect(await told()).toEqual([['account.held', 'acme-us', 'paused', null], ['account.released', 'acme-us', 'paused', 'ann']]);
	await expect(engine.pacing.resume(US, ANN)).rejects.toMatchObject({ code: 'hold_not_found', message: 'acme-us is not paused.' });
});

it('pauses the accounts of a client, also one that gets its label later, and no other', async () => {
	const incident = await engine.pacing.pause(ACME, {}, ANN);
	expect(incident).toMatchObject({ account: '@client:Acme', accounts: ['acme-us'], message: 'ann paused every account of Acme.' });
	const jobs = await enqueued('acme-us', 1, 2, 3);
	await letTimePass(4);
	expect(sent('acme-us')).toBe(0);
	expect(await engine.get(jobs[0]!.id)).toMatchObject({ incident: { id: incident.id, waiting: 3 }, nextAction: expect.stringMatching(/^Held: ann paused every account of Acme\./) as string });
	expect((await engine.list({ incident: incident.id })).jobs).toHaveLength(3);
	expect((await engine.accounts()).map(({ account, incidents }) => [account, incidents.map(({ id }) => id)])).toEqual([['acme-eu', []], ['acme-us', [incident.id]]]);

	await world.serve(engine, 'acme-eu');
	await world.until(async () => ((await engine.holds())[0]!.accounts?.length === 2 ? true : null));
	const late = await enqueued('acme-eu', 5);
	await expect(engine.pacing.resume({ account: 'acme-eu' }, ANN)).rejects.toMatchObject({ code: 'hold_not_found', hint: 'It waits since ann paused every account of Acme. Resume that.' });
	expect((await engine.get(late[0]!.id)).incident).toMatchObject({ id: incident.id, waiting: 4 });

	await engine.pacing.resume(ACME, ANN);
	expect(await published([...jobs, ...late])).toEqual(Array(4).fill('succeeded'));
	const { events } = await engine.eventsSince(null, 500);
	expect(events.filter(({ type }) => type.startsWith('account.')).map(({ type, data }) => [type, data['client'], data['accounts']]))
		.toEqual([['account.held', 'Acme', ['acme-us']], ['account.released', 'Acme', ['acme-eu', 'acme-us']]]);
});

it('pauses everything, and goes on by itself at the time that was last named', async () => {
	const until = Date.now() + 3_600_000;
	await engine.pacing.pause(ALL, { until }, ANN);
	const jobs = [...await enqueued('acme-us', 1), ...await enqueued('acme-eu', 2)];
	expect(jobs.map(({ incident }) => incident?.kind)).toEqual(['paused', 'paused']);
	expect((await engine.accounts()).map(({ incidents }) => incidents.length)).toEqual([1, 1]);

	const { id } = await engine.pacing.pause(ALL, { until: Date.now() + 800, reason: 'The sale is over.' }, { by: 'ben' });
	expect((await engine.get(jobs[0]!.id)).nextAction).toMatch(/^Held: ben paused everything: The sale is over\. It goes on at \d\d:\d\d UTC, or sooner with/);
	expect(await published(jobs)).toEqual(['succeeded', 'succeeded']);
	// A claim goes by the time of the hold; its end is told by a chore, which may come later.
	await world.until(async () => ((await told()).length > 1 ? true : null));
	expect(await told()).toEqual([['account.held', '@app', 'paused', null], ['account.released', '@app', 'paused', 'time']]);
	expect((await engine.holds()).map((hold) => hold.id)).not.toContain(id);
});

it('finishes what is being sent when it is paused, and goes on looking for Pins in doubt', async () => {
	world.sandbox.control.addFault({ match: { operation: 'createPin' }, fault: 'commitThenHang', times: 1 });
	const [doubtful] = await enqueued('acme-us', 1) as [JobView];
	await world.until(async () => (sent('acme-us') === 1 ? true : null));
	await engine.pacing.pause(US, {}, ANN);
	const waiting = await enqueued('acme-us', 2);
	expect(await world.ended(engine, [doubtful.id])).toMatchObject([{ state: 'succeeded', recovered: true }]);
	expect(await engine.get(waiting[0]!.id)).toMatchObject({ state: 'queued' });
	expect(sent('acme-us')).toBe(1);
});

it('refuses to pause what nobody has, and for a time that is over', async () => {
	await expect(engine.pacing.pause({ account: 'acme-uss' }, {}, ANN)).rejects.toMatchObject({ code: 'invalid_request', details: { field: 'account' }, hint: 'Choose an account from the list. Known are acme-eu, acme-us.' });
	await expect(engine.pacing.pause({ client: 'acme' }, {}, ANN)).rejects.toMatchObject({ code: 'invalid_request', details: { field: 'client' }, hint: expect.stringContaining('Known are Beta, Acme.') as string });
	await expect(engine.pacing.pause(US, { until: Date.now() - 1000 }, ANN)).rejects.toMatchObject({ code: 'invalid_request', message: 'Until lies in the past.' });
	await expect(engine.pacing.pause(US, { reason: 'x'.repeat(501) }, ANN)).rejects.toMatchObject({ code: 'invalid_request', details: { field: 'reason' } });
	expect(await engine.holds()).toEqual([]);
});
