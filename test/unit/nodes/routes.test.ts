import { outputsOf, ROUTES } from '../../../nodes/PinterestJobStatusTrigger/routes';

const routeOf = (json: object): string => ROUTES[outputsOf([{ json: json as never }], true).findIndex(({ length }) => length === 1)]!;

it.each<[string, object]>([
	['Succeeded', { event: 'job.succeeded', job: { queue: null } }],
	['Ops', { event: 'job.failed', job: { queue: { name: 'ops' } } }],
	['Client', { event: 'job.failed', job: { queue: { name: 'client' } } }],
	['Engineering', { event: 'failure_group.opened', group: { queue: 'engineering' } }],
	['Other', { event: 'job.failed', job: { queue: null } }],
	['Other', { event: 'job.canceled', job: { queue: null } }],
	['Other', { event: 'account.held', incident: {} }],
])('%s takes %j', (route, json) => {
	expect(routeOf(json)).toBe(route);
});

it('keeps the order of events, and loses none', () => {
	const items = ['job.succeeded', 'job.queued', 'job.succeeded'].map((event, n) => ({ json: { event, n } }));
	expect(outputsOf(items, false)).toEqual([items]);
	expect(outputsOf(items, true)).toEqual([[items[0], items[2]], [], [], [], [items[1]]]);
});
