import { changeOf } from '../../../src/job/change';
import type { Job } from '../../../src/job/job';
import { RestartWorld, type Publishing } from './restart-world';
import { aJob, policy } from './store-world';

let world: RestartWorld;
/** One that sends, and one that works beside it. */
let sender: Publishing, other: Publishing;

afterEach(async () => {
	for (const { namespace } of [sender, other]) await namespace.close();
	await world.end();
});

/** A permit is given, sent on, and taken back by a power cut; whoever sent is gone. */
async function permitLost(): Promise<string> {
	world = await RestartWorld.start('everysec', []);
	sender = await world.worker(world.anotherClient());
	other = await world.worker();
	return world.loseAPermit(sender);
}

describe('after a power cut that took back a permit', () => {
	it('what was due then is not canceled while everything is looked for, nor updated before it was; what came or falls due later is', async () => {
		const sent = await permitLost();
		await other.namespace.open();
		const later = [aJob({ createdAt: world.time + 1, dueAt: world.time }), aJob({ dueAt: world.time + 3_600_000 })];
		await world.put(...later);
		const revise = async (id: string, event: 'job.updated' | 'job.canceled', over: Partial<Job> = {}) => {
			const job = (await other.jobs.get(id))!;
			return (await other.jobs.revise(id, { expectedRevision: 1, expectedSeq: job.seq, change: changeOf(job, over, event), aliases: [] })).kind;
		};
		for (const event of ['job.updated', 'job.canceled'] as const) {
			expect([await revise(sent, event), await revise(later[0]!.id, event), await revise(later[1]!.id, event)]).toEqual(['in_doubt', 'revised', 'revised']);
		}
		world.time += policy.horizonMs;
		expect(await revise(sent, 'job.updated')).toBe('in_doubt');
		expect(await revise(sent, 'job.updated', { account: 'acme-eu' })).toBe('in_doubt');
		expect(await revise(sent, 'job.updated', { account: 'acme-eu', content: { ...(await other.jobs.get(sent))!.content, title: 'Another' } })).toBe('in_doubt');
		expect(await revise(sent, 'job.canceled')).toBe('in_doubt');
		expect(await revise(sent, 'job.canceled', { mayExist: true })).toBe('revised');
	});

	it('a job under a further name of its account goes on under the first: there it looks the same, and nobody sent it under the other', async () => {
		const sent = await permitLost();
		await other.namespace.open();
		const job = (await other.jobs.get(sent))!;
		const change = changeOf(job, { account: 'acme-first' }, 'job.updated');
		expect(await other.jobs.revise(sent, { expectedRevision: 1, expectedSeq: job.seq, change, aliases: [], renamed: true })).toMatchObject({ kind: 'revised' });
	});
});
