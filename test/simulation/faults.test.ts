import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seedOf } from '../support/dice';
import type { History } from '../support/history';
import { uncheckedIn, violationsOf } from '../support/invariants';
import { Campaign, type Report } from './campaign';

let campaign: Campaign;
afterEach(() => campaign.end());

it('publishes each Pin once and loses no job while everything around it fails', async () => {
	const seed = seedOf('faults');
	campaign = new Campaign({ seed, jobs: 300, workers: 3, troubleMs: 25_000, drainMs: 60_000, timeFactor: 60 });
	const { history, report } = await campaign.run();
	const violations = await violationsOf(history);
	say(history, report);
	if (Object.keys(violations).length > 0) keep({ seed, violations, report, history });
	expect(violations).toEqual({});
	expect(uncheckedIn(history)).toEqual([]);
	expect(report.exits).toEqual([0, 0, 0]);
	// Through the one log that stamps lines and strikes secrets out.
	expect(history.logs.filter((line) => !('ts' in (JSON.parse(line) as object)))).toEqual([]);
});

function say({ jobs, posts, pins, permits, events }: History, { lanes: _lanes, ...report }: Report): void {
	const ends = jobs.map(({ state, lastError, recovered }) => [state, recovered ? 'recovered' : lastError?.code].filter(Boolean).join(' '));
	const counts = Object.fromEntries([...new Set(ends)].sort().map((end) => [end, ends.filter((other) => other === end).length]));
	const sizes = { posts: posts.length, pins: pins.length, permits: permits.length, events: events.length };
	process.stderr.write(`${JSON.stringify({ ...report, ...sizes, jobs: counts })}\n`);
}

/** Process timing does not repeat with the seed: what happened is kept, to be read. */
function keep(run: { seed: number } & Record<string, unknown>): void {
	const file = join(tmpdir(), `pinterest-jobs-simulation-${run.seed}.json`);
	writeFileSync(file, JSON.stringify(run, (_key, value: unknown) => (value instanceof Map ? Object.fromEntries(value) as unknown : value)));
	process.stderr.write(`The history of this run is in ${file}\n`);
}
