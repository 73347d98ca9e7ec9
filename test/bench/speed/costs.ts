import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { leastOf, type OfRedis } from './least';
import { BOARDS, FIRST, lap, wholeLife, type Lap } from './lifecycle';
import { say, type Part } from './part';
import { withRedis } from './rig';
import { shown } from './spread';

/** A text of the compiled engine that must stand there once, and what stands in its place without the guarantee. */
interface Edit {
	file: string;
	find: string;
	put: string;
}

/** What is promised, and the engine without it: wrong, but at work while nothing goes wrong. */
interface Guarantee {
	what: string;
	without: Edit[];
}

const lua = (name: string) => `src/store/lua/${name}.lua`;
/** A function that says nothing any more. */
const hollow = (file: string, head: string): Edit => ({ file, find: `${head}\n`, put: `${head}\n\tif true then return end\n` });

const GUARANTEES: Guarantee[] = [
	{
		what: 'a call whose answer is lost has its effect once (operation ids)',
		without: [
			{ file: lua('include/begin'), find: `redis.call('GET', opKey)`, put: 'false' },
			{ file: lua('include/begin'), find: `	redis.call('SET', opKey, cmsgpack.pack(first), 'PX', ANSWER_KEPT_MS)\n`, put: '' },
		],
	},
	{
		what: 'a restart or rollback of Redis is noticed',
		without: [
			{ file: lua('include/runs'), find: `local standing = redis.call('HMGET', KEYS[1], 'quarantineUntil', 'suspectUntil', 'pendingUntil', 'runs', 'durability', 'cutAt', 'cutBefore', 'isFresh', 'freshBefore')`, put: 'local standing = {}' },
			{ file: lua('include/runs'), find: `local runId = infoOf('server', 'run_id')`, put: `local runId = ''` },
			{ file: lua('include/runs'), find: `local isNewRun = lastRun ~= runId`, put: 'local isNewRun = false' },
		],
	},
	{
		what: 'whoever was frozen sends nothing late (permits)',
		without: [{ file: 'src/store/claims.js', find: `async beginSend(job, budgetMs) {`, put: `async beginSend(job, budgetMs) {\nreturn this.namespace.now() + budgetMs;` }],
	},
	{
		what: 'two jobs that look alike do not take each other\'s Pin (what stands on a board unknown)',
		without: [hollow(lua('include/pins'), 'local function standOnBoard(job, how)'), hollow(lua('include/pins'), 'local function leaveBoard(job)')],
	},
	{
		what: 'a Pin has one owner',
		without: [{ file: lua('include/jobs'), find: `return new.pinBy ~= '' and ownPin(new) or ''`, put: `return ''` }],
	},
	{ what: 'every change is told, in order (events)', without: [hollow(lua('include/events'), 'local function writeJobEvent(eventType, job, doc)')] },
	{
		what: 'a job that waits ends in time, whatever holds it (deadlines)',
		without: [
			{ file: lua('include/lanes'), find: `	if hasDeadline(job) then redis.call('ZADD', key('deadlines'), job.ends, job.id) end\n`, put: '' },
			{ file: lua('include/lanes'), find: `	redis.call('ZREM', key('deadlines'), job.id)\n`, put: '' },
		],
	},
	{
		what: 'jobs of a worker that died are taken over (leases)',
		without: [
			{ file: lua('include/jobs'), find: `	redis.call('ZADD', key('leases'), job.leaseEnd, job.id)\n`, put: '' },
			{ file: lua('include/jobs'), find: `	redis.call('ZREM', key('leases'), job.id)\n`, put: '' },
		],
	},
	{ what: 'limits are learned over all workers (writes of the last minute)', without: [hollow(lua('include/sent'), 'local function noteSent(account)')] },
	{
		what: 'lists and numbers by state and account',
		without: [hollow(lua('include/jobs'), 'local function enterState(job)'), hollow(lua('include/jobs'), 'local function leaveState(job)'), hollow(lua('include/jobs'), 'local function moveFinished(old, new)')],
	},
	{ what: 'what a Pin shows is kept small (deflated)', without: [{ file: 'src/store/packing.js', find: `function packed(json) {`, put: `function packed(json) {\nreturn json;` }] },
	{
		what: 'what was tried is kept (history)',
		without: [{ file: lua('include/jobs'), find: `		redis.call('SET', key('doc', new.id), doc)\n`, put: '' }],
	},
];

/** What is left is how a job is kept: accounts and boards in turn, and a record that scripts compare and move. */
const AT_ONCE: Guarantee = { what: 'the engine without any of these', without: GUARANTEES.flatMap(({ without }) => without) };
const TAKEN_OUT = [...GUARANTEES, AT_ONCE];

interface Costs {
	jobs: number;
	accounts: number;
	whole: Lap[];
	/** In the order of `TAKEN_OUT`. */
	without: { what: string; laps: Lap[] }[];
	/** What the writes of a life cost that decide nothing. */
	least: OfRedis[];
}

/** The engine as it ships, without one guarantee after the other, without any of them, and what none can do without: what each costs, and what is left. */
export const costs: Part<Costs> = {
	name: 'costs', title: 'What each guarantee costs',

	async measure({ short, source, jobs = short ? 300 : 6000 }) {
		const { rounds, accounts } = short ? { rounds: 1, accounts: 20 } : { rounds: 5, accounts: 100 }, compiled = dirname(source);
		const chosen = short ? TAKEN_OUT.slice(0, 2) : TAKEN_OUT;
		const measured: Costs = { jobs, accounts, whole: [], without: chosen.map(({ what }) => ({ what, laps: [] })), least: [] };
		// All, also in the short form: so that what does not fit the engine any more is found in time.
		const folders = TAKEN_OUT.map((_, i) => `${compiled}-without-${i}`);
		try {
			await Promise.all(TAKEN_OUT.map((guarantee, i) => takeOut(guarantee, compiled, folders[i]!)));
			await withRedis({ appendonly: false }, async (redis, redisUrl) => {
				const { way, concurrency } = FIRST.engine;
				const lapOf = (folder?: string) => lap(redis, { contender: 'engine', redisUrl, accounts, boards: BOARDS, concurrency, folder }, way, jobs);
				for (let round = 0; round < rounds; round++) {
					measured.whole.push(await lapOf());
					for (const [i, { laps }] of measured.without.entries()) laps.push(await lapOf(folders[i]));
					measured.least.push(await leastOf(redis, jobs));
					say(`  round ${round + 1}: ${Math.round(redisUs(measured.whole.at(-1)!))} µs of Redis a job, whole`);
				}
			});
		} finally {
			await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
		}
		return measured;
	},

	figures: () => [],

	table: ({ jobs, accounts, whole, without, least }) => {
		const saved = (laps: Lap[], read: (one: Lap) => number) => laps.map((one, i) => read(whole[i]!) - read(one));
		return [
			`${whole.length === 1 ? 'One round' : `${whole.length} rounds`} of ${jobs.toLocaleString('en-US')} jobs over ${accounts} accounts, \`--appendonly no\`: the engine whole, then without each of these alone, and without all of them; `
			+ 'median (least–most) of what is saved then, over the whole life of a job. Less than the rounds lie apart is nothing. The writes of a life alone are scripts that decide nothing: the record, its content, '
			+ 'one line, the lease, the permit, the owner of the Pin, the history, and an event with each change; no accounts, boards or lists.\n',
			'| | Redis CPU, µs a job | Node CPU, µs a job | commands in Redis |', '| --- | --: | --: | --: |',
			`| **the whole engine** | **${shown(whole.map(redisUs))}** | **${shown(whole.map(nodeUs))}** | **${shown(whole.map(commands), 1)}** |`,
			...without.map(({ what, laps }) => (what === AT_ONCE.what
				? `| **${what}** | **${shown(laps.map(redisUs))}** | **${shown(laps.map(nodeUs))}** | **${shown(laps.map(commands), 1)}** |`
				: `| ${what} | ${shown(saved(laps, redisUs))} | ${shown(saved(laps, nodeUs))} | ${shown(saved(laps, commands), 1)} |`)),
			`| **the writes of a life alone** | **${shown(least.map((one) => one.redisUs))}** | | **${shown(least.map((one) => one.commands), 1)}** |`,
		].join('\n');
	},
};

const redisUs = wholeLife('redisUs'), nodeUs = wholeLife('nodeUs'), commands = wholeLife('commands');

/** Makes a copy of what was compiled, without this guarantee. */
async function takeOut({ what, without }: Guarantee, compiled: string, folder: string): Promise<void> {
	await cp(compiled, folder, { recursive: true });
	for (const { file, find, put } of without) {
		const path = join(folder, file), text = await readFile(path, 'utf8'), places = text.split(find).length - 1;
		if (places !== 1) throw new Error(`"${what}" cannot be taken out: ${file} has its text ${places} times, and must once. Mend it in test/bench/speed/costs.ts.`);
		await writeFile(path, text.replace(find, () => put));
	}
}
