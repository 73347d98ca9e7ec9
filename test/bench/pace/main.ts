import { n8nForThisNode, whyNotHere } from '../../../scripts/lib/n8n.mjs';
import { startRedis } from '../../support/redis';
import { concluded, headline, seconds, tableOf, type Figure } from '../figure';
import { n8nRetryOnFail, tokenBucket } from './contenders';
import { hourFigures, type HourVerdict } from './judge';
import { change, hour } from './runs';

const CROWD = { accounts: 10, pinsEach: 60, perMinute: 30, timeFactor: 1 };
const PINS = CROWD.accounts * CROWD.pinsEach;
/** Where others are stopped: they may never end. */
const LONGEST_MS = 300_000;
/** Of the limit that falls and rises: whole seconds in headers are too coarse beyond this. */
const FALL_FACTOR = 4;

/** How an account's limit is found and kept, beside what people use instead; answers the exit code. */
export async function paceBench(argv: string[]): Promise<number> {
	const startedAt = performance.now();
	console.log('Pace bench: about twenty minutes.\n');
	const redis = await startRedis({ appendfsync: 'everysec' });
	try {
		const wish = (name: string, isKnown: boolean) => ({ ...CROWD, isKnown, redis: { url: redis.url }, namespace: name });
		// One after the other: on two cores they would slow each other down, and a slow crowd meets no limit.
		const unknown = await hour(wish('unknown', false));
		const known = await hour(wish('known', true));
		const bucket = await hour(wish('bucket', false), (rig) => tokenBucket(rig, { pinsEach: CROWD.pinsEach }));
		const peers: [string, HourVerdict][] = [['token bucket, 50 at once and one a second', bucket]];
		const leftOut = argv.includes('--no-n8n') ? 'n8n was not wanted (--no-n8n)' : whyNotHere(n8nForThisNode()) ?? null;
		if (leftOut === null) peers.push(['n8n HTTP Request, Retry On Fail (5 tries, 5 s)', await hour(wish('n8n', false), (rig) => n8nRetryOnFail(rig, { pinsEach: CROWD.pinsEach, until: LONGEST_MS }))]);
		const fall = await change({ before: 60, after: 30, accounts: 2, minutes: [5, 8, 12], timeFactor: FALL_FACTOR, redis: { url: redis.url }, namespace: 'fall' });
		const hours: [string, HourVerdict][] = [['engine, the limit is not known', unknown], ['engine, the limit is set', known], ...peers];
		const judged = [...figuresOf('not known', hourFigures(unknown, PINS, false)), ...figuresOf('set', hourFigures(known, PINS, true)), ...fall];
		const beside = leftOut === null ? `, n8n ${n8nForThisNode()}` : `; ${leftOut}`;
		const section = `${headline('npm run bench:pace')}${beside}.\n\n${hoursTable(hours)}\n\n${tableOf(judged)}`;
		return await concluded('pace', section, judged, { write: argv.includes('--write'), startedAt });
	} finally {
		await redis.stop();
	}
}

function figuresOf(limit: string, figures: Figure[]): Figure[] {
	return figures.map((figure) => ({ ...figure, what: `top of the hour, limit ${limit}: ${figure.what}` }));
}

function hoursTable(hours: [string, HourVerdict][]): string {
	const rows = hours.map(([who, { calls, refused, published, doubles, lastMs, peak }]) =>
		`| ${who} | ${calls} | ${refused} (${(100 * refused / calls).toFixed(1)} %) | ${published} of ${PINS}${doubles > 0 ? `, ${doubles} twice` : ''} | ${lastMs === Infinity ? 'never' : `${seconds(lastMs)} s`} | ${peak} |`);
	return ['| | calls | refused | Pins | last Pin after | most calls in a second |', '| --- | --- | --- | --- | --- | --- |', ...rows].join('\n');
}
