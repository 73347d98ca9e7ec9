import { policy } from '../../../src/bin/policy';
import { FAILURES } from '../../../src/job/failures';

let printed: string[];
beforeEach(() => {
	printed = [];
	jest.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
});
afterEach(() => jest.restoreAllMocks());

it('says of each error when it is tried again and who gets it in the end', () => {
	policy(['--at', '2026-12-01T00:00Z']);
	expect(printed.map((line) => line.split(' ')[0])).toEqual(FAILURES.map(({ code }) => code));
	expect(printed.find((line) => line.startsWith('image_unreachable'))).toMatch(/Tried again at 00:00:45; the image itself is sent at 00:02:15; then at 00:02:15 it goes to client/);
	expect(printed.find((line) => line.startsWith('board_not_found'))).toMatch(/Goes to ops at once\.$/);
	expect(printed.find((line) => line.startsWith('token_dead'))).toMatch(/The account is held \(token_dead\)/);
	expect(printed.find((line) => line.startsWith('rate_limited'))).toMatch(/The account is held \(rate_limited\); tried again at .*it goes to ops \(deadline_passed\)\.$/);
});

it('shows of one error every try, with the span that chance may move it in', () => {
	policy(['board_busy', '--at', '2026-12-01T23:59:30Z']);
	const [head, sentence, , , first, ...rest] = printed.join('\n').split('\n');
	expect(head).toBe('board_busy (retry_later), met first at 2026-12-01 23:59:30 UTC');
	expect(sentence).toContain('day 2 00:00:15');
	expect(first).toBe('   1  send  2026-12-01 23:59:38  2026-12-01 23:59:35 and 2026-12-01 23:59:40');
	expect(rest).toHaveLength(11);
});

it('leaves out the middle of a long list, and has all of it as JSON', () => {
	policy(['quota_exhausted']);
	expect(printed.join('\n')).toMatch(/… \d+ others, which --json shows\n 100 /);
	policy(['quota_exhausted', '--json', '--at', '2026-12-01']);
	const preview = JSON.parse(printed.at(-1)!) as { steps: { at: string; earliest: string; latest: string }[]; end: object };
	expect(preview).toMatchObject({ code: 'quota_exhausted', from: '2026-12-01T00:00:00.000Z', holds: { scope: 'app' }, end: { kind: 'failed', queue: 'ops', code: 'deadline_passed' } });
	expect(preview.steps).toHaveLength(100);
	expect(preview.steps.filter(({ at, earliest, latest }) => !(earliest <= at && at <= latest))).toEqual([]);
	expect(preview.steps.filter(({ earliest, latest }) => earliest === latest)).toEqual([]);
});

it.each([
	[['board_nt_found'], 'There is no error "board_nt_found".'],
	[['--every'], "Unknown option '--every'."],
	[['board_busy', '--at', 'noon'], '--at "noon" is no time.'],
	[['board_busy', 'poison'], 'policy takes one code.'],
])('refuses %j with a sentence', (argv, message) => {
	expect(() => policy(argv)).toThrow(message);
});

it('names errors that are like the one that is asked for', () => {
	const refusal = (() => { try { policy(['image_small']); } catch (error) { return error as { hint: string }; } })();
	expect(refusal!.hint).toContain('image_too_small');
});
