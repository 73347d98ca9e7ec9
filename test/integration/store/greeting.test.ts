import { setImmediate as nextTurn } from 'node:timers/promises';
import { StoreWorld } from './store-world';

let world: StoreWorld;
beforeEach(() => { world = new StoreWorld(); });
afterEach(() => world.end());

it('is over before anything else is asked of the namespace, however many ask meanwhile', async () => {
	await world.namespace.open();
	await world.redis.hset(world.key('meta'), 'version', 99);
	const older = world.anotherClient();
	let refused = false;
	const first = older.open().catch(() => { refused = true; });
	const asked: Promise<unknown>[] = [];
	while (!refused) {
		asked.push(older.run('ask-check', ['acme']).then(() => 'done', (error: { code?: string }) => error.code));
		await nextTurn();
	}
	await first;
	expect(new Set(await Promise.all(asked))).toEqual(new Set(['namespace_newer']));
	await older.close();
});

it('refuses a build that cannot read a content that is packed as bytes: it would fail after it has claimed', async () => {
	await world.namespace.open();
	const LAST_THAT_DOES = 5;
	await expect(world.namespace.run('attach', [LAST_THAT_DOES, '', 20_000, '', 'of that build'])).rejects.toMatchObject({ code: 'namespace_newer' });
});
