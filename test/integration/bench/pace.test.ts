import { redisSettings, testNamespace } from '../../support/redis';
import { hourFigures } from '../../bench/pace/judge';
import { hour } from '../../bench/pace/runs';

const wish = { accounts: 3, pinsEach: 60, perMinute: 30, timeFactor: 4 };

it('a top of the hour keeps its bounds against a limit that nobody tells, and one that is known is never met', async () => {
	const [unknown, known] = await Promise.all([false, true].map((isKnown) => hour({ ...wish, isKnown, redis: redisSettings(), namespace: testNamespace() })));
	const broken = [...hourFigures(unknown!, 180, false), ...hourFigures(known!, 180, true)].filter(({ isKept }) => !isKept);
	expect(broken).toEqual([]);
}, 120_000);
