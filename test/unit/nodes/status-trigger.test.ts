import { deliveryUrl, subscriptionId, subscriptionOf } from '../../../nodes/PinterestJobStatusTrigger/subscription';
import { itemOfEvent } from '../../../nodes/shared/event-item';
import type { AccountEvent } from '../../../src/job/event';
import { wants } from '../../../src/webhook/wants';

const place = { instanceId: 'i1', workflowId: 'w1', nodeId: 'n1' };

it('keeps the name of a subscription over restarts, and gives test listening its own', () => {
	const live = subscriptionId(place, false);
	expect(subscriptionId({ ...place }, false)).toBe(live);
	expect(new Set([live, subscriptionId(place, true), subscriptionId({ ...place, nodeId: 'n2' }, false)]).size).toBe(3);
	expect(subscriptionId(place, true)).toMatch(/^[A-Za-z0-9-]{1,64}$/);
});

it('asks for the chosen events and the filters that are set', () => {
	const fields = { events: ['job.failed'], filters: { accounts: 'acme-us, acme-uk', clients: 'Big Shop, Acme', queues: ['client'], states: [], classes: [] } };
	expect(subscriptionOf('s1', 'http://n8n.test/webhook/x', fields, false)).toEqual({
		id: 's1', url: 'http://n8n.test/webhook/x', events: ['job.failed'], accounts: ['acme-us', 'acme-uk'], clients: ['Big Shop', 'Acme'],
		queues: ['client'], paused: false, receipts: true,
	});
});

it('lets test listening end by itself', () => {
	expect(subscriptionOf('s1', 'http://n8n.test/webhook-test/x', { events: ['job.failed'], filters: {} }, true)).toMatchObject({ test: true, ttlMs: 180_000 });
});

it.each([
	[undefined, 'https://n8n.example/webhook/abc/pinterest-jobs'],
	['http://n8n:5678', 'http://n8n:5678/webhook/abc/pinterest-jobs'],
	['http://n8n:5678/', 'http://n8n:5678/webhook/abc/pinterest-jobs'],
])('delivers to the base %p', (base, url) => {
	expect(deliveryUrl('https://n8n.example/webhook/abc/pinterest-jobs', base)).toBe(url);
});

const subscription = subscriptionOf('s1', 'http://n8n.test/', { events: ['account.held'], filters: { accounts: 'acme-us', clients: 'Acme' } }, false);
it.each([
	['its account', 'account.held', { account: 'acme-us', client: 'Acme' }, true],
	['an account without a client', 'account.held', { account: 'acme-us' }, true],
	['the whole app', 'account.held', { account: '@app' }, true],
	['another account', 'account.held', { account: 'acme-uk', client: 'Acme' }, false],
	['another client', 'account.held', { account: 'acme-us', client: 'Globex' }, false],
	['another event', 'account.released', { account: 'acme-us' }, false],
])('tells of %s: %s', (_what, type, data, told) => {
	expect(wants(subscription, { id: 'evt_1', cursor: '', at: 0, type: type as AccountEvent['type'], account: data.account, incident: data }, null)).toBe(told);
});

it.each([
	['job.failed', 'job'], ['account.held', 'incident'], ['failure_group.opened', 'group'],
] as const)('puts what a %s is about under %s', (type, subject) => {
	expect(itemOfEvent({ type, timestamp: '2026-11-24T10:00:00Z', data: { id: 'x' } }, 'evt_1')).toEqual({
		event: type, eventId: 'evt_1', timestamp: '2026-11-24T10:00:00Z', [subject]: { id: 'x' },
	});
});
