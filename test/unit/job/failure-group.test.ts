import { FAILURES } from '../../../src/job/failures';
import type { FailureRow } from '../../../src/job/failure-row';
import { aboutOf, failureGroupOf, whatToDo, type Cause } from '../../../src/job/failure-group';
import { groupKeyOf } from '../../../src/job/group-key';
import { aFailure, aJob, NOW } from './builders';

const aCause = (changes: Partial<Cause> = {}): Cause => ({
	groupKey: 'board_not_found|acme-us|123', queue: 'ops', since: NOW, account: 'acme-us', client: 'Acme', jobId: 'pj_1', code: 'board_not_found', message: 'Board not found.', ...changes,
});

describe('a group of failures', () => {
	it('says in a line what it is about and how many jobs it holds', () => {
		expect(failureGroupOf(aCause(), { count: 41, snoozed: 0, recent: 7 })).toMatchObject({
			cause: 'board_not_found|acme-us|123', title: 'board 123 of acme-us: 41 jobs', count: 41, snoozed: 0, recent: 7, since: '2026-11-24T10:00:00.000Z', fix: ['boardId', 'account'],
			hint: 'Board 123 does not exist for acme-us. Requeue with another board. A board of the sandbox exists only there.', clientMessage: 'The board does not exist. Please name another one.',
		});
		expect(failureGroupOf(aCause(), { count: 1, snoozed: 0, recent: null }).title).toBe('board 123 of acme-us: 1 job');
		expect(failureGroupOf(aCause(), { count: 41, snoozed: 5, recent: 0 })).toMatchObject({ title: 'board 123 of acme-us: 41 jobs, 5 snoozed', count: 41, snoozed: 5 });
	});

	it.each([
		['network_unreachable|@app', 'the Pinterest app'],
		['deadline_passed|acme-us', 'account acme-us'],
		['board_not_found|acme-us|123', 'board 123 of acme-us'],
		['section_not_found|acme-us|123|9', 'section 9 of board 123 of acme-us'],
		['section_not_found|acme-us|123|', 'section (none) of board 123 of acme-us'],
		['link_blocked|acme-us|shop.example', 'links to shop.example of acme-us'],
		['link_invalid|acme-us|', 'links to nowhere of acme-us'],
		['image_broken|acme-us|cdn.example', 'images from cdn.example of acme-us'],
		['image_broken|acme-us|upload', 'uploaded images of acme-us'],
		['unmapped|418|4711', 'the answer HTTP 418, code 4711'],
		['unmapped|418|', 'the answer HTTP 418'],
		['unmapped||', 'the answer without a status'],
		['outcome_unknown|pj_1|123', 'job pj_1'],
		['from_the_future|x|y', 'the answer HTTP x, code y'],
	])('%s is about %s', (cause, about) => {
		expect(aboutOf(cause)).toBe(about);
	});

	it('names in what to do what its jobs have in common', () => {
		expect(whatToDo('image_broken|acme-us|cdn.example', 'acme-us').hint).toContain('cannot read an image from cdn.example');
		expect(whatToDo('image_too_small|acme-us|upload', 'acme-us').hint).toContain('the image given as a file too small');
		expect(whatToDo('outcome_unknown|pj_1|123', 'acme-us').hint).toContain('Look at board 123, then give a verdict');
		expect(whatToDo('poison|pj_1|123', 'acme-us').hint).toContain('the size of its image');
	});

	it.each(FAILURES.map((row: FailureRow) => [row.code, row] as const))('of %s leaves no sign and no question mark in what to do', (code, row) => {
		for (const request of [{}, { media: { kind: 'image_base64', sha256: 'e'.repeat(64), contentType: 'image/png', bytes: 5 } as const }, { link: null, sectionId: '9' }]) {
			const cause = groupKeyOf(aJob({}, request), row, aFailure('unmapped', { httpStatus: 418 }).facts);
			expect(cause.split('|')[0]).toBe(code);
			const { hint, clientMessage } = whatToDo(cause, 'acme-us');
			expect(`${hint} ${clientMessage} ${aboutOf(cause)}`).not.toMatch(/[{}]| \?|undefined/);
		}
	});
});
