import type { FaultName } from '../../../src/sandbox';
import { createPublisher } from '../../../src/publish/publisher';
import { policyOf } from '../../../src/job/policy';
import { answer, rawServer } from './raw-server';
import { aWorld, type World } from './world';

let world: World;
beforeEach(async () => {
	world = await aWorld({ hangMs: 2000 });
});
afterEach(() => world.stop());

/** A job whose request was lost, with or without its Pin. */
async function lost(fault: FaultName, ...[content, more]: Parameters<World['job']>) {
	const job = world.job(content, more);
	world.sandbox.control.addFault({ fault });
	expect(await world.publish(job)).toMatchObject({ kind: 'unknown' });
	return job;
}

const idsOf = (title: string): string[] => world.sandbox.control.pins({ title }).items.map((pin) => pin.id);

describe('a look', () => {
	it('finds the Pin of a request that was lost', async () => {
		const job = await lost('commitThenReset');
		const seen = await world.look([job]);
		expect(seen.get(job.id)).toMatchObject({ kind: 'found', pinId: idsOf('A dress')[0], evidence: { scan: 'complete', pages: 1, candidates: 1 } });
	});

	it('finds nothing when there is nothing', async () => {
		const job = await lost('resetBefore');
		const seen = await world.look([job]);
		expect(seen.get(job.id)).toMatchObject({ kind: 'absent', evidence: { scan: 'complete', candidates: 0 } });
	});

	it('serves every job of the board with one reading of it, and sends nothing', async () => {
		const jobs = [];
		for (let n = 0; n < 6; n += 1) jobs.push(await lost(n % 2 ? 'commitThen500' : 'resetBefore', { title: `Dress ${n}` }));
		const before = world.operations().length;
		const seen = await world.look(jobs);
		expect(jobs.map((job) => seen.get(job.id)?.kind)).toEqual(['absent', 'found', 'absent', 'found', 'absent', 'found']);
		expect(world.operations().slice(before)).toEqual(['listBoardPins']);
	});

	it('reads every page', async () => {
		const job = await lost('commitThenReset');
		world.sandbox.control.fillBoard(world.boardId, 1000);
		const seen = await world.look([job]);
		expect(seen.get(job.id)).toMatchObject({ kind: 'found', evidence: { pages: 5 } });
	});

	it('reads each page in a slot of its own, and says nothing of a Pin it did not see when there was none for the next', async () => {
		const seen = await lost('commitThenReset'), unseen = await lost('resetBefore', { title: 'Not there' });
		world.sandbox.control.fillBoard(world.boardId, 1000);
		let slots = 0;
		const reads = (most: number) => <T>(call: () => Promise<T>) => (++slots > most ? Promise.resolve(undefined) : call());
		const look = async (most: number) => {
			slots = 0;
			return (await world.publisher.look([seen, unseen], { token: world.token, owners: () => Promise.resolve(new Map()), reads: reads(most) })).outcomes;
		};
		expect((await look(5)).get(unseen.id)).toMatchObject({ kind: 'absent', evidence: { pages: 5, scan: 'complete' } });
		expect(slots).toBe(5);
		const cut = await look(4);
		expect([seen, unseen].map(({ id }) => cut.get(id)?.kind)).toEqual([undefined, undefined]);
		expect((await look(0)).size).toBe(0);
	});

	it('reads each board of the jobs', async () => {
		const other = world.sandbox.control.account('acme').boards[1]!.id;
		const here = await lost('commitThenReset'), there = await lost('resetBefore', { boardId: other });
		const seen = await world.look([here, there]);
		expect([seen.get(here.id)?.kind, seen.get(there.id)?.kind]).toEqual(['found', 'absent']);
	});

	it.each([{ boardListsSections: true }, { boardListsSections: false }])('finds Pins in sections and beside them ($boardListsSections)', async (consistency) => {
		world.sandbox.control.setConsistency(consistency);
		const { sectionId } = world;
		const inside = await lost('commitThenReset', { sectionId }), beside = await lost('commitThenReset');
		const absent = await lost('resetBefore', { sectionId, title: 'Not there' });
		const seen = await world.look([inside, beside, absent]);
		const [first, second] = idsOf('A dress');
		expect(seen.get(inside.id)).toMatchObject({ kind: 'found', pinId: first });
		expect(seen.get(beside.id)).toMatchObject({ kind: 'found', pinId: second });
		expect(seen.get(absent.id)).toMatchObject({ kind: 'absent' });
	});

	it('does not take a Pin that another job owns', async () => {
		const job = await lost('commitThenReset');
		const [pinId] = idsOf('A dress');
		const asked: string[][] = [];
		const seen = await world.look([job], (ids) => {
			asked.push(ids);
			return Promise.resolve(new Map([[pinId!, 'pj_other']]));
		});
		expect(asked).toEqual([[pinId]]);
		expect(seen.get(job.id)).toMatchObject({ kind: 'absent' });
	});

	it('asks for no owners when no Pin may be ours', async () => {
		const job = await lost('resetBefore');
		world.sandbox.control.fillBoard(world.boardId, 3);
		const owners = jest.fn(() => Promise.resolve(new Map<string, string>()));
		await world.look([job], owners);
		expect(owners).not.toHaveBeenCalled();
	});

	it('leaves it to a person when two Pins may be the one', async () => {
		await lost('commitThenReset');
		const job = await lost('commitThenReset');
		const seen = await world.look([job]);
		expect(seen.get(job.id)).toMatchObject({ kind: 'ambiguous', pinIds: expect.arrayContaining(idsOf('A dress')) });
	});

	it('tells twins apart by their markers', async () => {
		const twins = [await lost('commitThenReset', {}, { marker: true }), await lost('commitThenReset', {}, { marker: true })];
		const seen = await world.look(twins);
		expect(twins.map((job) => seen.get(job.id))).toMatchObject(idsOf('A dress').map((pinId) => ({ kind: 'found', pinId })));
	});

	it('goes on with the renewed token when the token dies between two pages', async () => {
		const job = await lost('commitThenReset');
		world.sandbox.control.fillBoard(world.boardId, 300);
		world.sandbox.control.changeAccount('acme', { revoke: 'access' });
		const seen = await world.look([job]);
		expect(seen.get(job.id)).toMatchObject({ kind: 'found', evidence: { pages: 2, scan: 'complete' } });
		expect(world.token.renewals).toBe(1);
	});
});

describe('a look that fails proves nothing', () => {
	it.each<{ fault: FaultName; code: string }>([
		{ fault: 'error500Before', code: 'read_failed' },
		{ fault: 'commitThenReset', code: 'read_failed' },
		{ fault: 'cutBody', code: 'read_failed' },
		{ fault: 'notJson2xx', code: 'read_failed' },
		{ fault: '429', code: 'rate_limited' },
		{ fault: 'busy409', code: 'board_busy' },
	])('after $fault on the second page', async ({ fault, code }) => {
		const job = await lost('resetBefore');
		world.sandbox.control.fillBoard(world.boardId, 300);
		world.sandbox.control.addFault({ match: { operation: 'listBoardPins' }, fault, skip: 1 });
		const seen = await world.look([job]);
		expect(seen.get(job.id)).toMatchObject({ kind: 'unreadable', failure: { code }, evidence: { scan: 'incomplete', pages: 1 } });
	});

	it('when the section cannot be read, for the jobs of the section alone', async () => {
		const inside = await lost('resetBefore', { sectionId: world.sectionId }), beside = await lost('resetBefore');
		world.sandbox.control.addFault({ match: { operation: 'listSectionPins' }, fault: 'error500Before' });
		const seen = await world.look([inside, beside]);
		expect(seen.get(inside.id)).toMatchObject({ kind: 'unreadable' });
		expect(seen.get(beside.id)).toMatchObject({ kind: 'absent' });
	});

	it('when reading is forbidden', async () => {
		const job = await lost('commitThenReset');
		world.sandbox.control.changeAccount('acme', { readsForbidden: true });
		const seen = await world.look([job]);
		expect(seen.get(job.id)).toMatchObject({ kind: 'unreadable', failure: { code: 'reads_forbidden' }, evidence: { scan: 'forbidden' } });
	});

	it('when the board is gone', async () => {
		const job = await lost('commitThenReset');
		world.sandbox.control.changeBoard(world.boardId, { removed: true });
		const seen = await world.look([job]);
		expect(seen.get(job.id)).toMatchObject({ kind: 'unreadable', failure: { code: 'board_not_found' } });
	});

	it('when the credential cannot be read', async () => {
		const job = await lost('commitThenReset');
		world.token.current = () => Promise.reject(new Error('gone'));
		const seen = await world.look([job]);
		expect(seen.get(job.id)).toMatchObject({ kind: 'unreadable', failure: { code: 'token_unreadable' } });
	});
});

describe('a listing that Pinterest spoils', () => {
	const publisher = createPublisher({ policy: policyOf(40), now: Date.now, monotonic: () => performance.now() });

	/** Looks for a job at a server that gives these pages in turn, the last one for ever. */
	async function lookAt(pages: object[], content: Parameters<World['job']>[0] = {}) {
		let asked = 0;
		const server = await rawServer({
			whole: (socket) => socket.end(answer(200, JSON.stringify(pages[Math.min(asked++, pages.length - 1)]))),
		});
		const current = () => Promise.resolve({ value: 't', baseUrl: server.url });
		const job = world.job(content);
		const { outcomes: seen } = await publisher.look([job], { token: { current, refresh: current }, owners: () => Promise.resolve(new Map()) });
		await server.close();
		return { outcome: seen.get(job.id), asked };
	}

	it('does not turn in circles when a bookmark comes again', async () => {
		const { outcome, asked } = await lookAt(['a', 'b', 'a'].map((bookmark) => ({ items: [], bookmark })));
		expect(outcome).toMatchObject({ kind: 'unreadable', failure: { code: 'scan_incomplete' }, evidence: { scan: 'incomplete', pages: 3 } });
		expect(asked).toBe(3);
	});

	it('takes no tile for a Pin', async () => {
		const { outcome } = await lookAt([{ items: [{ id: '77', title: 'More ideas' }, { type: 'ad' }, null] }]);
		expect(outcome).toMatchObject({ kind: 'absent' });
	});

	it('takes no answer without items for an empty board', async () => {
		const { outcome } = await lookAt([{ bookmark: null }]);
		expect(outcome).toMatchObject({ kind: 'unreadable', failure: { code: 'read_failed' } });
	});

	const pin = () => ({ board_id: world.boardId, board_section_id: null, link: 'https://shop.example/dress', title: 'A dress', description: 'Blue', alt_text: null });
	/** As Pinterest writes it: UTC, without saying so. */
	const naive = (ms: number): string => new Date(ms).toISOString().slice(0, 19);

	it('takes no Pin that is older than the job', async () => {
		const { outcome } = await lookAt([{ items: [
			{ ...pin(), id: '1', created_at: naive(Date.now() - 180_000) },
			{ ...pin(), id: '2', created_at: naive(Date.now()) },
		] }]);
		expect(outcome).toMatchObject({ kind: 'found', pinId: '2' });
	});

	it('knows its Pin again when Pinterest has filled in what was not sent', async () => {
		const { outcome } = await lookAt([{ items: [{ ...pin(), id: '2', alt_text: 'A blue dress on a hanger', created_at: naive(Date.now()) }] }]);
		expect(outcome).toMatchObject({ kind: 'found', pinId: '2', alike: true });
	});

	it('takes a Pin that a section lists for a Pin of the section, whatever it says itself', async () => {
		const listed = { ...pin(), id: '2', created_at: naive(Date.now()) };
		const { outcome, asked } = await lookAt([{ items: [listed] }], { sectionId: '99' });
		expect(outcome).toMatchObject({ kind: 'found', pinId: '2', evidence: { pages: 2 } });
		expect(asked).toBe(2);
	});

	it('stops at a board that never ends', async () => {
		let asked = 0;
		const server = await rawServer({ whole: (socket) => socket.end(answer(200, JSON.stringify({ items: [], bookmark: String(++asked) }))) });
		const current = () => Promise.resolve({ value: 't', baseUrl: server.url });
		const job = world.job();
		const { outcomes: seen } = await publisher.look([job], { token: { current, refresh: current }, owners: () => Promise.resolve(new Map()) });
		await server.close();
		expect(seen.get(job.id)).toMatchObject({ kind: 'unreadable', failure: { code: 'scan_incomplete' } });
		expect(asked).toBe(200);
	});
});
