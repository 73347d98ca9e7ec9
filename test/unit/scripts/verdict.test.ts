import { complaints, table } from '../../../scripts/demo/verdict.mjs';

const good = {
	rows: 66, jobs: 66, succeeded: 64, recovered: 8, failed: { client: 2 }, shouldFail: 2, held: [], double: 0, missing: 0, unexpected: 0,
	faults: { 429: 4, commitThenHang: 4, commitThen500: 4, resetAfterBody: 2 }, unmet: [], events: { sent: 70, received: 70, executions: 70 },
};
const again = [{ title: 'Run again', existing: 66, of: 66 }];

it('complains of nothing, and names each fault that was met', () => {
	expect(complaints(good, again)).toEqual([]);
	expect(table(good, again)).toContain('4 × 429, 4 × commitThenHang, 4 × commitThen500, 2 × resetAfterBody');
});

it('complains of each scripted fault that never struck', () => {
	const unmet = [{ fault: 'commitThenHang', link: 'https://shop.example/acme-us-05' }, { fault: '429', link: 'https://shop.example/acme-us-09' }];
	expect(complaints({ ...good, unmet }, again)).toEqual([
		expect.stringContaining('The fault commitThenHang for https://shop.example/acme-us-05 never struck'),
		expect.stringContaining('The fault 429 for https://shop.example/acme-us-09 never struck'),
	]);
});

it.each([
	['a double Pin', { double: 1 }, '1 Pins are double.'], ['an event that started two executions', { events: { sent: 70, received: 70, executions: 71 } }, '70 events started 71 executions.'],
])('complains of %s', (_what, change, sentence) => {
	expect(complaints({ ...good, ...change }, again)).toEqual([sentence]);
});
