import { ClockSkew } from '../../../src/publish/clock-skew';

const NOW = Date.UTC(2026, 10, 24, 10);
const at = (ms: number, more: Record<string, string> = {}) => ({ date: new Date(NOW + ms).toUTCString(), ...more });

function skewAfter(...answers: Record<string, string>[]): ClockSkew {
	const skew = new ClockSkew(() => NOW);
	for (const headers of answers) skew.heard(headers);
	return skew;
}

it('is unknown, and counts as none, before an answer says when it was written', () => {
	expect(skewAfter({}, { date: 'soon' })).toMatchObject({ latestMs: null, mostAheadMs: 0 });
});

it('is how far the store is ahead at the latest answer, and the furthest it ever was', () => {
	expect(skewAfter(at(-600_000), at(30_000))).toMatchObject({ latestMs: -30_000, mostAheadMs: 600_000 });
});

it('is not read from an answer that a cache kept', () => {
	expect(skewAfter(at(-600_000, { age: '600' }))).toMatchObject({ latestMs: null, mostAheadMs: 0 });
});
