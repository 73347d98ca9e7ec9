import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine, JobView, PublishRequest } from '../../../src';
import type { FailureRow } from '../../../src/job/failure-row';
import { FAILURES, rowOf, type FailureCode } from '../../../src/job/failures';
import type { Incident } from '../../../src/job/hold';
import type { LedgerCall } from '../../../src/sandbox/ledger';
import { aPng } from '../../support/image';
import { openRedis } from '../../support/redis';
import { FAST_PACE, TestWorld } from '../../support/world';
import { CAUSES, CAUSES_FOR_ALL, ELSEWHERE, NOT_YET, type Cause } from './failure-causes';

// Two quick and two slow retries; what is unknown is left to a person. The rest at a thousandth of the real times.
const FAST = {
	timeFactor: 1000,
	engine: {
		policy: {
			retry: { baseMs: 5, capMs: 20, attempts: 2 }, retryLater: { baseMs: 5, capMs: 20, attempts: 2 }, sendBudgetMs: 1500, leaseMs: 6000, heartbeatMs: 1000,
			spreadMs: 1, neverResend: true,
		},
	},
};
/** A call that hangs is ended by its sender. */
const PATIENT = { hangMs: 6_000_000, rates: { appDay: null, appDayWrite: null } };
const PNG = aPng();

/** What is known of a job at the end of its row. */
interface Seen {
	job: JobView;
	/** As its first event with this code showed it; null when no event did. */
	first: JobView | null;
	held: Incident[];
	/** Of its account; at a thousandth of the times a worker seems gone whenever the machine is busy, so not that. */
	heldEvents: string[];
	posts: number;
}

const accountOf = (code: string): string => code.replaceAll('_', '-');
const isOver = (end: Cause['end'], { state, incident }: JobView, held: boolean): boolean =>
	(end === 'held' ? held && incident !== null && state !== 'running' : ['succeeded', 'failed'].includes(state));

async function enqueued(engine: Engine, request: PublishRequest): Promise<string> {
	const [result] = await engine.enqueue([request]);
	if (!result?.ok) throw result?.error ?? new Error('Nothing was enqueued.');
	return result.job.id;
}

function requestFor(world: TestWorld, code: string, cause: Cause): PublishRequest {
	return world.request(0, { account: accountOf(code), source: code, title: code, link: `https://shop.example/rows/${code}`, ...cause.request?.(world) });
}

/** Everybody's token has been found good, and a Pin published with it. */
async function warmUp(world: TestWorld, engine: Engine, accounts: string[]): Promise<void> {
	for (const account of accounts) await world.serve(engine, account, FAST_PACE);
	const ids = await Promise.all(accounts.map((account) => enqueued(engine, world.request(1, { account, source: 'warm', link: 'https://shop.example/warm' }))));
	const jobs = await world.ended(engine, ids, 60_000);
	expect(jobs.map(({ state }) => state)).toEqual(accounts.map(() => 'succeeded'));
}

async function eventsOf(engine: Engine): Promise<{ type: string; data: Record<string, unknown> }[]> {
	return (await engine.eventsSince(null, 10_000)).events;
}

function callsOf({ sandbox: { control } }: TestWorld): LedgerCall[] {
	const found: LedgerCall[] = [];
	for (let after: number | null = 0; after !== null;) {
		const part: { items: LedgerCall[]; next: number | null } = control.calls({ after });
		found.push(...part.items);
		after = part.next;
	}
	return found;
}

/** The calls that this account's tokens made; a dead token tells the sandbox no account. */
function postsOf(world: TestWorld, account: string): number {
	const items = callsOf(world);
	const own = new Set(items.filter((call) => call.account === account).map(({ token }) => token));
	return items.filter(({ operation, token, link }) => operation === 'createPin' && own.has(token) && !link?.includes('/warm')).length;
}

async function seenOf(world: TestWorld, engine: Engine, code: string, id: string): Promise<Seen> {
	const events = await eventsOf(engine), account = accountOf(code);
	const first = events.map(({ data }) => data as unknown as JobView).find((data) => data.id === id && data.lastError?.code === code);
	return {
		job: await engine.get(id), first: first ?? null,
		held: (await engine.holds()).filter((hold) => hold.account === account || hold.account === '@app'),
		heldEvents: events.filter(({ type, data }) => type === 'account.held' && (data.account === account || data.account === '@app')).map(({ data }) => String(data.kind)).filter((kind) => kind !== 'no_worker'),
		posts: postsOf(world, account),
	};
}

/** The row's sentence with every sign replaced by something of the job, and nothing else changed. */
function asIn(sentence: string): RegExp {
	const parts = sentence.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
	return new RegExp(`^${parts.join('[^{}]+')}$`);
}

const classOfQueue = (row: FailureRow) => (row.queue === 'engineering' ? 'stop' : 'route');
const gaveUp = (row: FailureRow) => row.queue !== 'client' && (row.class === 'retry' || row.class === 'retry_later');

function expectAsInTable(code: FailureCode, cause: Cause, { job, first, held, heldEvents, posts }: Seen): void {
	const row: FailureRow = rowOf(code);
	expect(posts).toBe(cause.posts);
	if ((row.class === 'route' || row.class === 'stop') && !cause.scan) expect(posts).toBeLessThanOrEqual(1);
	if (first) {
		expect(first.lastError!.class).toBe(first.state === 'failed' ? classOfQueue(row) : row.class);
		expect(first.lastError!.hint).toMatch(asIn(row.hint));
		expect(first.lastError!.clientMessage).toBe(first.state === 'failed' && gaveUp(row) ? 'Not published: we are looking into it.' : row.clientMessage);
		if (code !== 'outcome_unknown' && first.attemptHistory.length > 0) expect(first.attemptHistory.at(-1)).toMatchObject({ code, class: row.class });
	} else {
		expect(Boolean(cause.byCheck ?? cause.scan)).toBe(true);
	}
	if (cause.hold) expect(heldEvents).toEqual([cause.hold]);
	else expect(heldEvents).toEqual([]);
	expectEnd(code, cause, job, held);
}

function expectEnd(code: FailureCode, cause: Cause, job: JobView, held: Incident[]): void {
	const row: FailureRow = rowOf(code);
	switch (cause.end) {
		case 'failed':
			expect(job).toMatchObject({ state: 'failed', queue: { name: row.queue }, lastError: { code }, fix: { operation: 'requeue', fields: [...row.fix] }, pinId: null });
			expect(job.queue!.cause).toMatch(new RegExp(`^${code}\\|`));
			return;
		case 'held':
			expect(held).toMatchObject([{ kind: cause.hold, code, ...(row.hold && { account: row.hold.scope === 'app' ? '@app' : job.account }) }]);
			expect(job).toMatchObject({ queue: null, incident: { id: held[0]!.id, kind: cause.hold }, pinId: null });
			expect(job.nextAction).toMatch(/^Held: /);
			return;
		case 'published':
			return expect(job).toMatchObject({ state: 'succeeded', recovered: false, lastError: null });
		case 'found':
			return expect(job).toMatchObject({ state: 'succeeded', recovered: true, attempts: 1 });
		case 'undecided':
			expect(job).toMatchObject({ state: 'failed', queue: { name: row.queue }, lastError: { code: 'outcome_unknown' }, fix: { operation: 'resolveUnknown' } });
			if (cause.scan) expect(new Set(job.looks.map(({ scan }) => scan))).toEqual(new Set([cause.scan]));
	}
}

describe('a row that one account meets', () => {
	const causes = Object.entries(CAUSES) as [FailureCode, Cause][];
	const seen = new Map<FailureCode, Seen>();
	let world: TestWorld;

	beforeAll(async () => {
		world = await TestWorld.start({ ...FAST, sandbox: { ...PATIENT, accounts: ['stranger', ...causes.map(([code]) => accountOf(code))] } });
		const engine = world.engine();
		await warmUp(world, engine, causes.map(([code]) => accountOf(code)));
		for (const [code, cause] of causes) cause.act?.(world, accountOf(code));
		// A worker notices by itself what its own check can see.
		for (const [code, cause] of causes) if (cause.byCheck) await world.until(async () => ((await engine.holds()).some(({ account }) => account === accountOf(code)) ? true : null));
		const ids = new Map(await Promise.all(causes.map(async ([code, cause]) => [code, await enqueued(engine, requestFor(world, code, cause))] as const)));
		for (const [code, { end, hold }] of causes) {
			await world.until(async () => {
				const held = (await engine.holds()).some(({ account, kind }) => account === accountOf(code) && kind === hold);
				return isOver(end, await engine.get(ids.get(code)!), held) ? true : null;
			}, 60_000, async () => JSON.stringify(await engine.get(ids.get(code)!)));
		}
		for (const [code] of causes) seen.set(code, await seenOf(world, engine, code, ids.get(code)!));
	}, 240_000);
	afterAll(() => world.stop());

	it.each(causes)('%s: class, queue, hint, client sentence and POSTs are those of the table', (code, cause) => {
		expectAsInTable(code, cause, seen.get(code)!);
	});

	it('is sent with the token of its own account alone, and makes no Pin twice', () => {
		expect(postsOf(world, 'stranger')).toBe(0);
		expect(world.sandbox.control.summary()).toMatchObject({ double: 0 });
	});
});

describe('a row that stops all', () => {
	let world: TestWorld;
	afterEach(() => world.stop());

	/** What has to be so before anybody works. */
	async function enqueuedBefore(engine: Engine, code: FailureCode, cause: Cause): Promise<string> {
		if (code === 'media_missing') {
			const media = await engine.putMedia(PNG);
			const id = await enqueued(engine, { ...requestFor(world, code, cause), media });
			const redis = openRedis();
			await redis.del(`pj:{${world.namespace}}:media:${media.sha256}`);
			redis.disconnect();
			return id;
		}
		const publishBefore = Date.now() + 1000;
		const id = await enqueued(engine, { ...requestFor(world, code, cause), publishBefore: new Date(publishBefore).toISOString() });
		await world.until(() => Promise.resolve(Date.now() > publishBefore + 100 ? true : null));
		return id;
	}

	it.each(Object.entries(CAUSES_FOR_ALL) as [FailureCode, Cause][])('%s: class, queue, hint, client sentence and POSTs are those of the table', async (code, cause) => {
		world = await TestWorld.start({ ...FAST, sandbox: { ...PATIENT, accounts: [accountOf(code)] } });
		const engine = world.engine();
		const before = code === 'media_missing' || code === 'deadline_passed' ? await enqueuedBefore(engine, code, cause) : null;
		await (before ? world.serve(engine, accountOf(code), FAST_PACE) : warmUp(world, engine, [accountOf(code)]));
		cause.act?.(world, accountOf(code));
		const id = before ?? await enqueued(engine, requestFor(world, code, cause));
		await world.until(async () => (isOver(cause.end, await engine.get(id), (await engine.holds()).some(({ kind }) => kind === cause.hold)) ? true : null), 30_000, async () => JSON.stringify(await engine.get(id)));
		expectAsInTable(code, cause, await seenOf(world, engine, code, id));
	}, 60_000);
});

describe('the rows', () => {
	it('are all driven here, shown elsewhere, or nothing says them yet', () => {
		const driven = [CAUSES, CAUSES_FOR_ALL, ELSEWHERE].flatMap((list) => Object.keys(list));
		expect([...driven, ...NOT_YET].sort()).toEqual(FAILURES.map(({ code }) => code).sort());
		expect(Object.keys(CAUSES).length + Object.keys(CAUSES_FOR_ALL).length).toBeGreaterThanOrEqual(35);
	});

	it.each(Object.entries(ELSEWHERE))('%s is shown where it is said to be', (_code, [file, test]) => {
		expect(existsSync(file)).toBe(true);
		expect(readFileSync(file, 'utf8')).toContain(test);
	});

	it('that nothing says yet are named by no other source, and no call is made that could find them', () => {
		const sources = readdirSync('src', { recursive: true, withFileTypes: true })
			.filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.parentPath.includes('failure-rows'))
			.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
		const named = NOT_YET.filter((code) => sources.some((text) => text.includes(`'${code}'`)));
		expect(named).toEqual([]);
		expect(sources.filter((text) => /endpoint(: Endpoint)? ?[:=] ?'token'/.test(text))).toEqual([]);
	});
});
