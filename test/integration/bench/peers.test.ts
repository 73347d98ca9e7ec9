import { roundOf } from '../../bench/faults/round';
import { bullmqWorker } from '../../bench/peers/bullmq';
import { naiveLoop } from '../../bench/peers/naive';
import type { Round } from '../../bench/faults/contender';

// What the table of the fault bench shows of a peer is to come from the faults, not from how the peer was set up.
async function calmRound(timeFactor = 60): Promise<Round> {
	const round = await roundOf({ seed: 11, jobs: 40, timeFactor, workers: 2, kills: 0, freezes: 0, redisCuts: 0, troubleMs: 1500, deadlineMs: 15_000 });
	return { ...round, sandbox: { ...round.sandbox, faults: {}, readFaults: {} } };
}

it.each([[naiveLoop], [bullmqWorker]])('publishes each Pin once when nothing goes wrong: $name', async (peer) => {
	const row = await peer.run(await calmRound(10));
	expect(row).toMatchObject({ contender: peer.name, jobs: 40, double: 0, missing: 0, toHuman: 0 });
});

it('publishes twice what a killed loop had just sent, and nothing that it had reported', async () => {
	const round = await calmRound();
	const plan = round.plan.filter(({ fate }) => fate === 'fine').slice(0, 10);
	const sandbox = { ...round.sandbox, writeLatencyMs: 200 };
	const row = await naiveLoop.run({ ...round, plan, sandbox, workers: 1, mishaps: [{ atMs: 300, what: 'kill', worker: 0, aimed: true, forMs: 50 }] });
	expect(row).toMatchObject({ double: 1, missing: 0, toHuman: 0 });
});

it('counts what BullMQ had acknowledged and Redis lost, and finds it again with the next run of the producer', async () => {
	const round = await calmRound();
	const row = await bullmqWorker.run({ ...round, troubleMs: 3000, redisCuts: [{ atMs: 2000, what: 'power cut', lostMs: 1000, downMs: 200 }] });
	expect(row.lostEnqueues).toBeGreaterThan(0);
	expect(row).toMatchObject({ missing: 0, toHuman: 0 });
	expect(row.double).toBeGreaterThan(0);
});
