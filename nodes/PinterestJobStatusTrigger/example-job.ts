import type { JobState, JobView } from '../../src';

/** A made-up job in a state, so that a workflow can be built before the first Pin. */
export function exampleJob(state: JobState): JobView {
	return { ...example, state, ...(state === 'succeeded' ? published : {}), ...(state === 'failed' ? failed : {}) };
}

const example: JobView = {
	id: 'pj_examplexexamplexexamplexe', existing: false, state: 'queued', phase: null, revision: 1, seq: 3,
	account: 'acme-us', client: 'Acme', board: { id: '549755885175', sectionId: null, name: 'Lamps' }, link: 'https://shop.example/lamps/17',
	source: 'row-17', creative: { kind: 'image_url', ref: 'https://shop.example/images/lamp.jpg', sha256: null }, title: 'A lamp for long evenings',
	description: 'Warm light, and a switch that is found in the dark.',
	scheduledAt: null, publishBefore: null, whenLate: null, createdAt: '2026-11-24T10:00:00.000Z', nextAttemptAt: null, finishedAt: null,
	attempts: 0, attemptHistory: [], lastError: null, nextAction: 'This is an example: no such job exists.', fix: null, queue: null, handling: [], revisions: [], doubt: null, looks: [], looksCut: 0, incident: null,
	warnings: [], pinId: null, pinUrl: null, recovered: false, metadata: { row: 17 }, n8n: null,
};

const attempt = {
	n: 1, revision: 1, startedAt: '2026-11-24T10:00:05.000Z', endedAt: '2026-11-24T10:00:06.000Z', outcome: 'published', class: null, code: null,
	httpStatus: 201, pinterestCode: null, requestId: '2150194640637513', message: null,
};

const published: Partial<JobView> = {
	finishedAt: attempt.endedAt, attempts: 1, attemptHistory: [attempt],
	pinId: '813744226420795884', pinUrl: 'https://www.pinterest.com/pin/813744226420795884/',
};

const failed: Partial<JobView> = {
	finishedAt: attempt.endedAt, attempts: 1,
	attemptHistory: [{ ...attempt, outcome: 'refused', class: 'route', code: 'board_not_found', httpStatus: 404, pinterestCode: 40, message: 'Board not found.' }],
	lastError: {
		class: 'route', code: 'board_not_found', message: 'Board not found.', hint: 'Choose a board of this account and requeue the job.',
		clientMessage: 'The board of this Pin could not be found.',
	},
	queue: { name: 'ops', owner: null, since: attempt.endedAt, snoozedUntil: null, cause: 'board_not_found|acme-us|549755885175' }, fix: { operation: 'requeue', fields: ['boardId'] },
};
