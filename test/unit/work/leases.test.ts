import { setImmediate as nextTurn } from 'node:timers/promises';
import { Leases } from '../../../src/work/leases';
import { aRunningJob } from '../job/builders';

const lines: Record<string, unknown>[] = [];
beforeEach(() => { lines.length = 0; });

/** Of a store in which every one of these leases has ended by the time it is asked. */
function leasesThatEnd(onExtend: () => void = () => undefined): Leases {
	return new Leases({
		extend: async (leases) => {
			onExtend();
			return await Promise.resolve(leases.map(({ id }) => id));
		},
		log: (line) => lines.push({ ...line }),
	});
}

it('tells of a lease that somebody else took over, and asks for it no more', async () => {
	const leases = leasesThatEnd();
	void leases.during([aRunningJob({ id: 'pj_a' })], () => new Promise(() => undefined));
	await leases.beat();
	expect(lines).toMatchObject([{ event: 'lease.lost', job: 'pj_a' }]);
	expect(leases.size).toBe(0);
});

it('tells of no loss when the job was settled while the heartbeat was on its way', async () => {
	let settled: () => void = () => undefined;
	const leases = leasesThatEnd(() => settled());
	const work = leases.during([aRunningJob({ id: 'pj_a' })], async () => {
		await new Promise<void>((resolve) => { settled = resolve; });
	});
	await nextTurn();
	await leases.beat();
	await work;
	expect(lines).toEqual([]);
});
