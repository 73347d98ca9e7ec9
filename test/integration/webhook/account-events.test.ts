import { dataOf } from '../../../src/job/event';
import { tableUnder } from '../../unit/job/markdown';
import { WebhookWorld } from './webhook-world';

let world: WebhookWorld;
beforeEach(async () => void (world = await WebhookWorld.start()));
afterEach(() => world.end());

it('tells of a hold and of its end with the fields that docs/webhooks.md names', async () => {
	await world.subscribe('s', world.endpoint.origin, { events: ['account.held', 'account.released'] });
	await world.store.holds.open({ account: 'acme', kind: 'token_dead', until: null, code: 'token_dead', message: 'Pinterest does not accept the token.' });
	await world.store.holds.release('acme', ['token_dead']);
	await world.dispatcher({ render: dataOf }).runOnce();
	const [held, released] = world.endpoint.calls;
	const named = tableUnder('webhooks.md', '`data` of `account.held` and `account.released`:').map(([field]) => field)
		// Of a client alone.
		.filter((field) => field !== 'accounts');
	expect(Object.keys(held!.data).sort()).toEqual([...named].sort());
	expect(held).toMatchObject({ type: 'account.held', data: { account: 'acme', kind: 'token_dead', until: null, waiting: 0, hint: expect.stringContaining('Reconnect') as string } });
	expect(Object.keys(released!.data).sort()).toEqual([...named, 'releasedAt', 'releasedBy'].sort());
	expect(released).toMatchObject({ type: 'account.released', data: { id: held!.data.id, kind: 'token_dead' } });
});
