import type { FailureRow } from '../../../src/job/failure-row';
import { FAILURES } from '../../../src/job/failures';
import { previewOf, previewSentence, type PreviewStep } from '../../../src/job/preview';
import { HOUR, MINUTE, NOW, POLICY, SECOND } from './builders';

const rows = FAILURES.map((row: FailureRow) => [row.code, row] as const);
const ofLooks = ['read_failed', 'scan_incomplete', 'reads_forbidden'];
const preview = (code: string) => previewOf(code, POLICY, NOW);
const sends = (steps: PreviewStep[]) => steps.filter(({ what }) => what === 'send');
const looks = (steps: PreviewStep[]) => steps.filter(({ what }) => what === 'look');

describe('the preview of a failure', () => {
	it.each(rows)('of %s is what the decisions make of its row', (code, row) => {
		const { steps, end, holds, class: shown } = preview(code);
		expect(shown).toBe(row.class);
		if (row.outcome === 'unknown' || ofLooks.includes(code)) return expect(end).toMatchObject({ kind: 'failed', queue: 'ops', code: 'outcome_unknown' });
		if (row.hold?.lasts === 'until_checked') return expect({ steps, end }).toEqual({ steps: [], end: { kind: 'held', scope: row.hold.scope, hold: row.hold.kind } });
		if (row.hold) {
			// A hold that ends by itself uses up no try: the job's patience ends it.
			expect(holds).toEqual({ scope: row.hold.scope, kind: row.hold.kind });
			return expect(end).toMatchObject({ kind: 'failed', queue: 'ops', code: 'deadline_passed' });
		}
		if (row.class === 'route' || row.class === 'stop') return expect({ steps, end }).toEqual({ steps: [], end: { kind: 'failed', queue: row.queue, code, at: NOW } });
		// The second time that an address fails, the image itself is sent.
		const tries = row.ofAddress ? Math.max(POLICY.addressFailures, row.delay!.attempts) : row.delay?.attempts ?? (row.class === 'retry' ? POLICY.retry.attempts : 0) + POLICY.retryLater.attempts;
		expect(sends(steps)).toHaveLength(tries);
		if (row.becomes) return expect(end).toMatchObject({ kind: 'held', hold: 'token_dead' });
		return expect(end).toMatchObject({ kind: 'failed', queue: row.queue, code });
	});

	it.each(rows)('of %s goes forward in time, each step within its bounds', (code) => {
		const { steps } = preview(code);
		const times = [NOW, ...steps.map(({ at }) => at)];
		expect(times).toEqual([...times].sort((a, b) => a - b));
		for (const { at, earliest, latest } of steps) expect(earliest <= at && at <= latest).toBe(true);
	});

	it('looks as the plan has it before it sends again', () => {
		const { steps } = preview('response_timeout');
		const sentBy = NOW + POLICY.sendBudgetMs;
		expect(looks(steps).slice(0, POLICY.lookAtMs.length).map(({ at }) => at - sentBy)).toEqual(POLICY.lookAtMs);
		expect(sends(steps)[0]!.at).toBeGreaterThan(sentBy + POLICY.horizonMs);
		expect(sends(steps)).toHaveLength(POLICY.resendsAfterAbsence);
	});

	it('keeps to the times of a row of its own', () => {
		const [first, second] = sends(preview('image_unreachable').steps);
		expect([first!.earliest - NOW, first!.latest - NOW]).toEqual([MINUTE / 2, MINUTE]);
		expect([second!.earliest - first!.earliest, second!.latest - first!.latest]).toEqual([MINUTE, 2 * MINUTE]);
	});

	it('sends an image itself after the second time that Pinterest cannot load it, also where its row has no try left', () => {
		expect(sends(preview('image_unreachable').steps).map(({ asFile }) => asFile ?? false)).toEqual([false, true]);
		expect(sends(preview('image_broken').steps).map(({ asFile }) => asFile ?? false)).toEqual([false, true]);
	});

	it('never sends an account again that wants a person to decide', () => {
		const { steps, end } = previewOf('response_timeout', { ...POLICY, neverResend: true }, NOW);
		expect(sends(steps)).toEqual([]);
		expect(end).toMatchObject({ kind: 'failed', queue: 'ops', code: 'outcome_unknown' });
	});

	it('takes a code of a newer version for an unmapped answer', () => {
		expect(preview('from_the_future')).toMatchObject({ code: 'unmapped', end: { kind: 'failed', queue: 'engineering' } });
	});
});

describe('its sentence', () => {
	it.each([
		['board_not_found', /^Goes to ops at once\.$/],
		['unmapped', /^Goes to engineering at once\.$/],
		['token_dead', /^The account is held \(token_dead\) and its jobs wait, until a check or a person ends the hold\.$/],
		['app_not_approved', /^The app is held \(app_not_approved\)/],
		['image_unreachable', /^Tried again at 10:00:45; the image itself is sent at 10:02:15; then at 10:02:15 it goes to client \(image_unreachable\)\.$/],
		['response_timeout', /^Looked for at 10:00:25, .* times more; if it is not there, sent again at .*; then at .* it goes to ops \(outcome_unknown\)\.$/],
		['spam_block', /^The account is held \(spam_block\); tried again at /],
	])('of %s says when it is tried again and where it goes', (code, sentence) => {
		expect(previewSentence(preview(code))).toMatch(sentence);
	});

	it('counts the days', () => {
		expect(previewSentence(previewOf('board_busy', { ...POLICY, timeFactor: 0.001 }, NOW + 13 * HOUR + 59 * MINUTE + 59 * SECOND))).toMatch(/day \d+ \d\d:\d\d:\d\d/);
	});
});
