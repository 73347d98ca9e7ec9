import { backlog, APP_PACE, APP_SLOT_MS, withBig } from '../bench/scale/backlog';
import { manyAccounts } from '../bench/scale/many';
import { namesOf, withRig } from '../bench/scale/rig';
import { tableOf, type Figure } from '../bench/figure';
import { compiledSource } from '../support/compiled';

/** The short form of `npm run bench:scale`. A busy machine may hold up a script or a start: of these the bench tells, and here counts and ratios are judged. */
const BY_THE_CLOCK = /longest script|latest start/;

let source: Awaited<ReturnType<typeof compiledSource>>;
beforeAll(async () => { source = await compiledSource(); });
afterAll(() => source.remove());

async function shown(figures: Promise<Figure[]>): Promise<Figure[]> {
	process.stderr.write(`${tableOf(await figures)}\n`);
	return figures;
}

it('starts what is due in time, and claims it as fast, beside an account with 5,000 waiting jobs', async () => {
	const others = namesOf(20);
	const figures = await shown(withRig({ source: source.dir, timeFactor: 1, accounts: withBig(others) }, (rig) =>
		backlog(rig, others, { waiting: 5000, everyMs: 250, workers: 1, appSlotMs: null })));
	expect(figures.filter(({ isKept, what }) => !isKept && !BY_THE_CLOCK.test(what))).toEqual([]);
});

it('lets no account wait for the backlog of another for longer than its turn, over two workers under the pace of the app', async () => {
	const others = namesOf(10);
	const figures = await shown(withRig({ source: source.dir, timeFactor: 1, accounts: withBig(others), appPace: APP_PACE }, (rig) =>
		backlog(rig, others, { waiting: 500, everyMs: 1000, workers: 2, appSlotMs: APP_SLOT_MS })));
	expect(figures.filter(({ isKept, what }) => !isKept && /latest start/.test(what))).toEqual([]);
});

it('leaves nothing running of 300 accounts that had a job each, and asks Redis no more for a Pin than with a few', async () => {
	const accounts = namesOf(300);
	const figures = await shown(withRig({ source: source.dir, timeFactor: 10, accounts: accounts.map((name) => ({ name, boards: 1 })) }, (rig) =>
		manyAccounts(rig, accounts, { idleMs: 6000, burstMs: 8000, restMs: 8000 })));
	expect(figures.filter(({ isKept }) => !isKept)).toEqual([]);
});
