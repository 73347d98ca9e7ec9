import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { changeOf, succeeded } from '../../../src/job/change';
import { BOUNDS, boundOf } from '../../../src/store/keys';
import type { Namespace } from '../../../src/store/namespace';
import { BulkStore } from '../../../src/store/bulk-store';
import { fileDeadline } from '../../../src/store/overdue';
import { openServerOf } from '../../support/redis';
import { contradictions } from './invariants';
import { adopted, aJob, failedFor, intoDoubt, policy, published, StoreWorld } from './store-world';

const folder = join(__dirname, '../../../src/store/lua');
const writing = readdirSync(folder)
	.filter((file) => file.endsWith('.lua') && readFileSync(join(folder, file), 'utf8').includes('@include begin'))
	.map((file) => file.slice(0, -4))
	.sort();

interface Repeat {
	script: string;
	first: unknown;
	second: unknown;
	before: unknown;
	after: unknown;
}

/** Every call of a script is made a second time under its operation id, a moment later: as after an answer that was lost. */
function repeatCalls(world: StoreWorld): Repeat[] {
	const repeats: Repeat[] = [];
	const namespace = world.namespace as Namespace;
	const run = namespace.run.bind(namespace);
	namespace.run = async <T>(script: string, args: (string | number | Buffer)[], options = {}): Promise<T> => {
		const call = { ...options, operation: randomBytes(9).toString('base64url') };
		const first = await run<T>(script, args, call);
		const before = await world.dump();
		world.time += 1;
		const second = await run<T>(script, args, call);
		repeats.push({ script, first, second, before, after: await world.dump() });
		return second;
	};
	return repeats;
}

async function infoOf(world: StoreWorld, section: string): Promise<string> {
	const server = await openServerOf(world.name);
	const info = await server.info(section);
	server.disconnect();
	return info;
}

async function runIdOf(world: StoreWorld): Promise<string> {
	return /run_id:(\w+)/.exec(await infoOf(world, 'server'))![1]!;
}

/** What never comes up on this server: after a replica took over nobody is awaited, since it may lack what its master had synced. */
async function neverSeenOn(world: StoreWorld): Promise<string[]> {
	return /second_repl_offset:-1\r/.test(await infoOf(world, 'replication')) ? [] : ['awaited'];
}

/** A life with everything in it: each script that writes is called with an effect at least once. */
async function live(world: StoreWorld): Promise<void> {
	const { jobs, holds, accounts, media, outbox, subscriptions, inbox } = world;
	const doubtful = aJob({ boardId: '1' });
	await accounts.bind('acme', { id: 'u1', username: 'acme' }, 'Acme');
	await accounts.bind('acme-usa', { id: 'u1', username: 'acme' }, 'Acme');
	await accounts.saveBoards('acme', []);
	await subscriptions.subscribe({ id: 's1', url: 'https://n8n.example', events: ['job.queued'], ttlMs: 10_000_000 });
	await media.put('e'.repeat(64), Buffer.from('image'));
	const withImage = aJob({ boardId: '3' });
	withImage.content.media = { kind: 'image_base64', sha256: 'e'.repeat(64), contentType: 'image/png', bytes: 5 };
	await world.put(doubtful, aJob({ boardId: '2' }), withImage);
	await media.put('d'.repeat(64), Buffer.from('idle'));
	await holds.openForMissingWorkers(0);
	await accounts.beat({ id: 'w', host: 'h' }, [{ account: 'acme', client: null, pace: { writesPerMinute: 1, burst: 1, writesPerDay: null, concurrent: 9 } }]);
	await accounts.note('w', { skewMs: 5, neverResend: ['acme'], forMs: 1000, appPace: { writesPerMinute: 1000, burst: 50, writesPerDay: null, concurrent: 100 } });
	// As if the server had been another one until now.
	await world.redis.hset(world.key('meta'), 'runs', 'former:0', 'durability', 'former:everysec');
	await accounts.beat({ id: 'other', host: 'h' }, []);
	await world.redis.hset(world.key('meta'), 'suspectUntil', 0, 'durability', `${await runIdOf(world)}:always`);

	const [first, second, third] = (await jobs.claim('acme', 'publish', 3)).jobs;
	await jobs.extend([first!, second!]);
	await jobs.beginWrite(first!);
	expect(await accounts.refused('acme')).toEqual([]);
	await jobs.beginSend(first!, 1000);
	expect(await accounts.refused('acme')).toEqual([]);
	await accounts.learn('acme', { write: { told: 100, learned: null } });
	await jobs.settle(first!, intoDoubt(first!, world.time));
	await jobs.settle(second!, failedFor(second!, world.time));
	await jobs.giveBack(third!);
	const failed = (await jobs.get(second!.id))!;
	const snoozed = changeOf(failed, { queue: { ...failed.queue!, snoozedUntil: world.time + 1 } }, null);
	await jobs.revise(failed.id, { expectedRevision: 1, expectedSeq: failed.seq, change: snoozed, aliases: [] });
	const failure = (await jobs.get(second!.id))!;
	const change = changeOf(failure, { state: 'queued', queue: null, groupKey: null, dueAt: world.time, revision: 2 }, 'job.requeued');
	await jobs.revise(failure.id, { expectedRevision: 1, expectedSeq: failure.seq, change, aliases: ['pj_corrected'] });
	world.time += 6000;
	const [looking] = (await jobs.claim('acme', 'look', 9)).jobs;
	await jobs.scanned('acme', looking!.content.boardId, 1000);
	await jobs.settle(looking!, adopted(looking!, world.time, '99'));
	await jobs.evidence(looking!.id, '100', (job) => succeeded(job, { id: '100', url: null, by: 'answer' }, world.time));
	await jobs.dismissDoublePin(looking!.id);
	const lost = await world.claimed();
	world.time += policy.leaseMs + 1000;
	const [taken] = await jobs.takeOver(5);
	await jobs.settle(taken!, published(taken!, world.time, '99'));
	expect(taken!.id).toBe(lost.id);

	const ofOneLink = ['7', '8', '7'].map((boardId, i) => ({ ...aJob({ boardId }), dueAt: world.time + i }));
	for (const job of ofOneLink.slice(0, 2)) job.content.link = 'https://shop.example/lamps';
	await world.put(...ofOneLink.slice(0, 2));
	world.time += 10;
	const [shown] = (await jobs.claim('acme', 'publish', 9, 1000)).jobs;
	await world.put({ ...ofOneLink[2]!, content: { ...ofOneLink[2]!.content, boardId: '8' } });
	const [other] = (await jobs.claim('acme', 'publish', 9, 1000)).jobs;
	world.time += 1000;
	await Promise.all([jobs.claim('acme', 'publish', 9, 1000), jobs.claim('nobody', 'publish', 1)]);
	await Promise.all([shown!, other!].map((one) => jobs.beginSend(one, 1000)));
	for (const one of [shown!, other!]) await jobs.settle(one, published(one, world.time, one.id));

	const late = aJob({ dueAt: world.time });
	await world.put(late);
	await world.redis.zadd(world.key('deadlines'), 0, 'pj_gone');
	await fileDeadline(world.namespace, 'pj_gone', null);
	await fileDeadline(world.namespace, late.id, world.time + 1);
	await holds.open({ account: 'acme', kind: 'paused', until: null, code: 'paused', message: '' });
	await holds.release('acme', null, 'me');
	await holds.open({ account: 'acme', kind: 'rate_limited', until: world.time + 1, code: 'r', message: '' });
	world.time += 10;
	await holds.releaseExpired();
	await accounts.askForCheck('acme');
	await accounts.checksAsked(['acme']);

	await outbox.fanOut('s1', () => true);
	const deliver = async () => (await outbox.claim('s1', { max: 1, inFlight: 5, leaseMs: 1000 }))[0]!;
	await outbox.settle(await deliver(), { kind: 'delivered' }, { tried: { status: 200, ms: 1, answer: '' }, ifDisabled: {} });
	await outbox.settle(await deliver(), { kind: 'postponed', until: world.time, error: 'e' });
	await outbox.settle(await deliver(), { kind: 'dead', error: 'e' });
	await outbox.replay('s1', { which: 'dead' });
	await outbox.trim();
	await subscriptions.pause('s1');
	await subscriptions.resume('s1');
	const bulks = new BulkStore(world.namespace);
	const refusal = { jobId: third!.id, code: 'job_not_failed', message: '', hint: '' };
	await bulks.begin('bulk_1', { by: 'Ann', at: world.time, jobs: [failure.id, third!.id] });
	await bulks.progress('bulk_1', { requeued: 1, refusals: [refusal], fresh: 1, endedAt: world.time });
	const claim = await inbox.claim('in', 'evt_1');
	if (claim.kind === 'claimed') await inbox.extend('in', 'evt_1', claim.token);
	await inbox.confirm('in', 'evt_1', claim.kind === 'claimed' ? claim.token : '');

	await subscriptions.remove('s1');
	await subscriptions.subscribe({ id: 's2', url: 'https://n8n.example', events: [], ttlMs: 1 });
	world.time += policy.retentionMs + 10;
	await subscriptions.expire();
	await media.sweep();
	await jobs.purge(10);
	await accounts.retire('w');
}

describe('a call whose answer was lost', () => {
	it('has its effect once and gets its first answer when it is made again, whichever script it is', async () => {
		const world = new StoreWorld();
		const repeats = repeatCalls(world);
		await live(world);
		const wrong = await contradictions(world);
		const counter = await world.calls();
		await world.end();

		const effective = repeats.filter(({ second, first }) => JSON.stringify(first) === JSON.stringify(second));
		expect(effective).toHaveLength(repeats.length);
		expect(repeats.filter(({ before, after }) => JSON.stringify(before) !== JSON.stringify(after)).map(({ script }) => script)).toEqual([]);
		expect([...new Set(repeats.map(({ script }) => script)), 'attach'].sort()).toEqual(writing);
		// One attach; every other call had an effect of its own.
		expect(counter).toBe(repeats.length + 1);
		expect(wrong).toEqual([]);
		const seen = new Set(repeats.flatMap(({ before }) => Object.keys(before as object)).map((key) => boundOf(world.namespace.prefix, key)));
		expect(BOUNDS.filter((bound) => !seen.has(bound)).map(({ pattern }) => pattern)).toEqual(await neverSeenOn(world));
	});
});
