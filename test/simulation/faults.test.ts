import { seedOf } from '../support/dice';
import { violationsOf } from '../support/invariants';
import { Campaign } from './campaign';

let campaign: Campaign;
afterEach(() => campaign.end());

it('publishes each Pin once and loses no job while everything around it fails', async () => {
	const seed = seedOf('faults');
	campaign = new Campaign({ seed, jobs: 300, workers: 3, troubleMs: 25_000, drainMs: 60_000, timeFactor: 60 });
	const { history, report } = await campaign.run();
	const states = history.jobs.map(({ state, lastError, recovered }) => [state, recovered ? 'recovered' : lastError?.code].filter(Boolean).join(' '));
	const counts = Object.fromEntries([...new Set(states)].map((state) => [state, states.filter((other) => other === state).length]));
	process.stderr.write(`${JSON.stringify({ seed, ...report, posts: history.posts.length, pins: history.pins.length, permits: history.permits.length, events: history.events.length, counts })}\n`);
	expect(await violationsOf(history)).toEqual({});
	expect(report.exits).toEqual([0, 0, 0]);
});
