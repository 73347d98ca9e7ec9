import type { Engine, JobView } from '../../../src';
import { FAST_PACE, TestWorld } from '../../support/world';

// Half an hour of looking in 45 seconds; a board as large as those of a shop, with what a campaign leaves in doubt.
const TIME_FACTOR = 40;
const PINS = 5000;
const JOBS = 50;
/** The bound: 50 jobs alone would ask for up to nine readings of 20 pages each. */
const MOST_READS = 200;

let world: TestWorld;
afterEach(() => world.stop());

/** Fifty jobs whose sends were lost one after the other over some minutes: of every second one there is no Pin. */
async function lostSends(engine: Engine): Promise<string[]> {
	world.sandbox.control.fillBoard(world.board(), PINS);
	const doubtful = Array.from({ length: JOBS }, (_, n) => world.request(n, { boardId: world.board(), title: `Dress no. ${1000 + n}` }));
	for (const [n, { title }] of doubtful.entries()) {
		world.sandbox.control.addFault({ fault: n % 2 === 0 ? 'commitThenReset' : 'resetBefore', match: { operation: 'createPin', title: title! } });
	}
	const results = await engine.enqueue(doubtful);
	return results.map((result) => {
		if (!result.ok) throw result.error;
		return result.job.id;
	});
}

async function settled(engine: Engine, ids: string[]): Promise<{ jobs: JobView[]; reads: number }> {
	const jobs = await world.ended(engine, ids, 90_000);
	const reads = world.sandbox.control.calls({ operation: 'listBoardPins', limit: Infinity }).items.length;
	return { jobs, reads };
}

function isAllThereOnce(jobs: JobView[]): void {
	expect(jobs.filter(({ state }) => state !== 'succeeded')).toEqual([]);
	expect(jobs.map(({ recovered }) => recovered)).toEqual(jobs.map((_, n) => n % 2 === 0));
	// A busy machine may be too late for a permit of a quarter of a second: such an attempt sends nothing.
	const sent = jobs.map(({ attemptHistory }) => attemptHistory.map(({ outcome }) => outcome).filter((outcome) => outcome !== 'not_sent'));
	expect(sent).toEqual(jobs.map((_, n) => (n % 2 === 0 ? ['unknown'] : ['unknown', 'published'])));
	const titles = world.sandbox.control.pins({ limit: Infinity }).items.flatMap(({ title, request }) => (request === null ? [] : [title]));
	expect(titles.sort()).toEqual(jobs.map(({ title }) => title).sort());
}

it('reads a board of 5,000 Pins at most 200 pages for 50 jobs in doubt on it, until every one is settled', async () => {
	world = await TestWorld.start({ timeFactor: TIME_FACTOR });
	const engine = world.engine();
	const ids = await lostSends(engine);
	await world.serve(engine);
	const { jobs, reads } = await settled(engine, ids);
	isAllThereOnce(jobs);
	expect(reads).toBeLessThanOrEqual(MOST_READS);
	expect(reads).toBeGreaterThanOrEqual(3 * PINS / 250); // three complete readings at the least, or absence was proven by less
}, 120_000);

it('reads no more of it when three workers serve the account', async () => {
	world = await TestWorld.start({ timeFactor: TIME_FACTOR });
	const engines = [world.engine(), world.engine(), world.engine()];
	const ids = await lostSends(engines[0]!);
	await Promise.all(engines.map((engine) => world.serve(engine)));
	const { jobs, reads } = await settled(engines[0]!, ids);
	isAllThereOnce(jobs);
	expect(reads).toBeLessThanOrEqual(MOST_READS);
}, 120_000);

it('takes a slot of the account\'s reads for each page of a board', async () => {
	world = await TestWorld.start({ timeFactor: 60 });
	const engine = world.engine();
	world.sandbox.control.fillBoard(world.board(), 1000);
	// Two reads a minute, of which eight tenths are used: one each 625 ms here, and none left over.
	await world.serve(engine, 'acme-us', { ...FAST_PACE, writesPerMinute: 1, burst: 1 });
	world.sandbox.control.addFault({ fault: 'commitThenReset', match: { operation: 'createPin' } });
	const [result] = await engine.enqueue([world.request(1, { boardId: world.board() })]);
	if (!result?.ok) throw result?.error ?? new Error('Nothing was enqueued.');
	expect((await world.ended(engine, [result.job.id]))[0]).toMatchObject({ state: 'succeeded', recovered: true });
	const at = world.sandbox.control.calls({ limit: Infinity }).items.filter(({ method, account }) => method === 'GET' && account === 'acme-us').map((call) => call.at).sort((a, b) => a - b);
	const pages = world.sandbox.control.calls({ operation: 'listBoardPins', limit: Infinity }).items;
	expect(pages.length).toBeGreaterThanOrEqual(5);
	// Any two reads that follow each other but one have at least a slot between them, less what timers are late by.
	const gaps = at.slice(2).map((time, i) => time - at[i]!);
	expect(Math.min(...gaps)).toBeGreaterThan(500);
}, 60_000);

it('ends a look that waits for its next page of the app as soon as nobody serves the account there', async () => {
	// Eight reads may be made at once, and the ninth comes after more than half a minute: not all of the 20 pages are read.
	world = await TestWorld.start({ timeFactor: 60, engine: { appPace: { writesPerMinute: 1000, burst: 50, writesPerDay: 20, concurrent: 100 } } });
	const putOff: unknown[] = [];
	const engine = world.engine({ log: ({ event, pages }) => event === 'look.put_off' && putOff.push(pages) });
	world.sandbox.control.fillBoard(world.board(), PINS);
	const { stop } = await world.serve(engine);
	world.sandbox.control.addFault({ fault: 'resetAfterBody', match: { operation: 'createPin' } });
	await engine.enqueue([world.request(1, { boardId: world.board() })]);
	const read = () => world.sandbox.control.calls({ operation: 'listBoardPins' }).items.length;
	await world.until(() => Promise.resolve(read() > 0 ? true : null));
	await new Promise((resolve) => setTimeout(resolve, 300));
	const from = performance.now(), pages = read();
	await stop();
	expect(performance.now() - from).toBeLessThan(2000);
	expect(putOff).toEqual([pages]);
}, 30_000);
