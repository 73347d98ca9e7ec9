import { EVENT_TYPES, type AccountEvent, type JobEvent } from '../../../src/job/event';
import type { LastError } from '../../../src/job/job';
import { wants, type Filter } from '../../../src/webhook/wants';

const error: LastError = { class: 'route', code: 'board_gone', message: 'The board is gone.', httpStatus: 404 };
const failed: JobEvent = {
	id: 'evt_1', cursor: '1-0', type: 'job.failed', at: 0, jobId: 'pj_1', seq: 3,
	snapshot: { state: 'failed', phase: null, revision: 1, seq: 3, dueAt: null, attempts: 1, lastError: error, queue: { name: 'client', owner: null, since: 0, snoozedUntil: null } },
};
const succeeded: JobEvent = { ...failed, type: 'job.succeeded', snapshot: { ...failed.snapshot, state: 'succeeded', lastError: null, queue: null } };
const held: AccountEvent = { id: 'evt_2', cursor: '2-0', type: 'account.held', at: 0, account: 'acme-us', incident: { kind: 'token_dead' } };
const group: AccountEvent = { ...held, type: 'failure_group.opened', incident: { class: 'route', queue: 'client', client: 'Acme' } };
const job = { account: 'acme-us', client: 'Acme', source: 'shop:17', userKey: 'spring-17' };
const all = (more: Partial<Filter> = {}): Filter => ({ events: EVENT_TYPES, ...more });

describe('a subscription wants an event of a job', () => {
	it.each<[string, Filter]>([
		['its type', { events: ['job.failed'] }], ['its state', all({ states: ['failed', 'canceled'] })], ['its class', all({ classes: ['route'] })],
		['its queue', all({ queues: ['client'] })], ['its account', all({ accounts: ['acme-us'] })], ['its client', all({ clients: ['Acme'] })], ['the beginning of its record', all({ sources: ['sheet:', 'shop:'] })], ['the beginning of its key', all({ sources: ['autumn-', 'spring-'] })],
		['nothing in its lists', all({ states: [], classes: [], queues: [], accounts: [], clients: [] })],
	])('when it asks for %s', (_name, filter) => {
		expect(wants(filter, failed, job)).toBe(true);
	});

	it.each<[string, Filter]>([
		['another type', { events: ['job.succeeded'] }], ['another state', all({ states: ['succeeded'] })], ['another class', all({ classes: ['stop'] })],
		['another queue', all({ queues: ['ops'] })], ['another account', all({ accounts: ['acme-eu'] })], ['another client', all({ clients: ['Beta'] })], ['another record or key', all({ sources: ['sheet:', 'hop:17', 'pring-'] })],
		['one thing that fits and one that does not', all({ states: ['failed'], accounts: ['acme-eu'] })],
	])('not when it asks for %s', (_name, filter) => {
		expect(wants(filter, failed, job)).toBe(false);
	});

	it('not when it asks for a class or queue and the job has none', () => {
		expect(wants(all({ classes: ['route'] }), succeeded, job)).toBe(false);
		expect(wants(all({ queues: ['client'] }), succeeded, job)).toBe(false);
	});

	it('by the account the job had then, when it has moved since', () => {
		const moved: JobEvent = { ...failed, snapshot: { ...failed.snapshot, account: 'acme-eu' } };
		expect([wants(all({ accounts: ['acme-eu'] }), moved, job), wants(all({ accounts: ['acme-us'] }), moved, job)]).toEqual([true, false]);
	});
});

describe('a subscription wants an event of an account', () => {
	it.each<[string, Filter, AccountEvent, boolean]>([
		['a hold, whatever states, classes and queues of jobs it asks for', all({ states: ['failed'], classes: ['stop'], queues: ['ops'] }), held, true],
		['a hold of its account', all({ accounts: ['acme-us'] }), held, true],
		['not a hold of another account', all({ accounts: ['acme-eu'] }), held, false],
		['a hold of the whole app', all({ accounts: ['acme-eu'], clients: ['Beta'] }), { ...held, account: '@app' }, true],
		['a group of failures of its class, queue and client', all({ classes: ['route'], queues: ['client'], clients: ['Acme'] }), group, true],
		['not a group of another class', all({ classes: ['stop'] }), group, false],
		['not a group of another queue', all({ queues: ['ops'] }), group, false],
		['not a group of another client', all({ clients: ['Beta'] }), group, false],
		['not a group of no client', all({ clients: ['Acme'] }), { ...group, incident: { ...group.incident, client: null } }, false],
		['not a type it did not ask for', { events: ['job.failed'] }, held, false],
	])('%s', (_name, filter, event, answer) => {
		expect(wants(filter, event, null)).toBe(answer);
	});
});
