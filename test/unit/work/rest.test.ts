import { Rest } from '../../../src/work/rest';

const MINUTE_MS = 60_000, USUAL_MS = 30_000;

/** When a token that stays dead is checked within the first hour, checked twice a minute if nobody rests, ms. */
function checks(): number[] {
	const rest = new Rest(USUAL_MS);
	const at: number[] = [];
	for (let now = 0; now < 60 * MINUTE_MS; now += USUAL_MS) {
		if (rest.isFor('dead', now)) continue;
		at.push(now);
		rest.begin('dead', now + 1000);
	}
	return at;
}

it('checks a dead token ever more rarely, and at last every ten minutes', () => {
	const at = checks();
	expect(at.slice(0, 4)).toEqual([0, 2 * USUAL_MS, 5 * USUAL_MS, 10 * USUAL_MS]);
	const pauses = at.slice(1).map((instant, i) => instant - at[i]!);
	expect(Math.max(...pauses)).toBe(10.5 * MINUTE_MS);
	expect(at.length).toBeLessThan(12);
});

it('does not rest for another token, for one that cannot be read, or once it was good', () => {
	const rest = new Rest(USUAL_MS);
	rest.begin('dead', 0);
	expect([rest.isFor('dead', 1), rest.isFor('fresh', 1), rest.isFor(null, 1)]).toEqual([true, false, false]);
	rest.end();
	expect(rest.isFor('dead', 1)).toBe(false);
});
