import type { Redis } from 'ioredis';
import { Webhook } from 'standardwebhooks';
import { prefixOf } from '../../../src/store/keys';
import { verify } from '../../../src/webhook/signature';
import { openRedis } from '../../support/redis';
import { SECRET, TestWorld } from '../../support/world';
import { EventEndpoint, status } from './a-receiver';

let world: TestWorld;
let endpoint: EventEndpoint;
let redis: Redis;
beforeEach(async () => {
	redis = openRedis();
	endpoint = await EventEndpoint.start();
	world = await TestWorld.start();
});
afterEach(async () => {
	redis.disconnect();
	await world.stop();
	await endpoint.stop();
});

const DAY = 24 * 3_600_000;
const engineOf = (more = {}) => world.engine({ deliveryBaseUrl: endpoint.origin, ...more });
const wish = () => ({ url: `${endpoint.origin}/hook`, label: 'Backend', events: ['job.succeeded' as const] });
const verifies = (secret: string, at = Date.now()) => {
	const { headers, raw } = endpoint.calls.at(-1)!;
	return verify(headers, raw, [secret], at).ok;
};

it('is asked first, has a secret of its own, and is one however often it is created', async () => {
	const { endpoints } = engineOf();
	const { subscription: { id }, unsure } = await endpoints.create(wish());
	expect([unsure, endpoint.calls.map(({ type }) => type)]).toEqual([null, ['subscription.probe']]);
	const { secret } = await endpoints.secret(id);
	expect([verifies(secret), verifies(SECRET)]).toEqual([true, false]);
	await endpoints.create({ ...wish(), events: ['job.failed'] });
	await endpoints.create({ ...wish(), label: 'Another' });
	expect(await endpoints.list()).toMatchObject([{ label: expect.any(String) as string }, {}]);
	expect((await endpoints.get(id)).events).toEqual(['job.failed']);
	expect((await endpoints.secret(id)).secret).toBe(secret);
	const [other] = (await endpoints.list()).filter((one) => one.id !== id);
	expect((await endpoints.secret(other!.id)).secret).not.toBe(secret);
	// Nothing of it is kept.
	const stored = await redis.hgetall(`${prefixOf(world.namespace)}sub:${id}`);
	expect(stored.definition).toContain('"generation":1');
	expect(JSON.stringify(stored)).not.toContain(secret.slice(6));
});

it('that verifies what it has no secret for yet is created all the same, and says so', async () => {
	endpoint.answer = status(401);
	const { subscription, unsure } = await engineOf().endpoints.create(wish());
	expect([subscription.url, unsure]).toEqual([wish().url, expect.stringContaining('It may not know the secret yet.')]);
});

it('is refused where nobody answers, without a label, without events, and where no event may go', async () => {
	const { endpoints } = engineOf();
	await expect(endpoints.create({ ...wish(), label: ' ' })).rejects.toMatchObject({ code: 'invalid_request', details: { field: 'label' } });
	await expect(endpoints.create({ ...wish(), events: [] })).rejects.toMatchObject({ code: 'invalid_request' });
	await expect(endpoints.create({ ...wish(), events: ['job.gone' as never] })).rejects.toMatchObject({ message: 'There is no event job.gone.' });
	await expect(endpoints.create({ ...wish(), url: 'https://10.0.0.1/hook' })).rejects.toMatchObject({ code: 'subscription_unreachable', hint: expect.stringContaining('correct the URL') as string });
	endpoint.answer = status(404);
	await expect(endpoints.create(wish())).rejects.toMatchObject({ code: 'subscription_unreachable' });
	expect(await endpoints.list()).toEqual([]);
	expect((await endpoints.create({ ...wish(), probe: false })).unsure).toBeNull();
});

it('gets events signed with its own secret, which any library verifies', async () => {
	const engine = engineOf();
	const { subscription: { id } } = await engine.endpoints.create(wish());
	const { secret } = await engine.endpoints.secret(id);
	await world.serve(engine);
	await engine.enqueue([world.request(1)]);
	await world.until(async () => (endpoint.calls.some(({ type }) => type === 'job.succeeded') ? true : null));
	const { headers, raw } = endpoint.calls.find(({ type }) => type === 'job.succeeded')!;
	expect(new Webhook(secret).verify(raw.toString(), headers)).toMatchObject({ type: 'job.succeeded' });
	await world.until(async () => ((await engine.endpoints.deliveries(id)).length > 0 ? true : null));
	expect(await engine.endpoints.deliveries(id)).toMatchObject([{ type: 'job.succeeded', result: 'delivered', status: 200, try: 1 }]);
});

it('verifies with the old and the new secret for a day after a rotation, then with the new one alone', async () => {
	const { endpoints } = engineOf();
	const { subscription: { id } } = await endpoints.create(wish());
	const { secret: before } = await endpoints.secret(id);
	await endpoints.rotate(id);
	const { secret: after, previousUntil } = await endpoints.secret(id);
	expect(after).not.toBe(before);
	expect(Date.parse(previousUntil!) - Date.now()).toBeGreaterThan(DAY - 60_000);
	await endpoints.test(id);
	expect([verifies(before), verifies(after)]).toEqual([true, true]);
	const key = `${prefixOf(world.namespace)}sub:${id}`;
	const stored = JSON.parse((await redis.hget(key, 'definition'))!) as { secret: { rotatedAt: number } };
	stored.secret.rotatedAt -= DAY;
	await redis.hset(key, 'definition', JSON.stringify(stored));
	await endpoints.test(id);
	expect([verifies(before), verifies(after)]).toEqual([false, true]);
});

it('is signed for by both secrets of the engine while that is rotated', async () => {
	const old = engineOf();
	const { subscription: { id } } = await old.endpoints.create(wish());
	const { secret: before } = await old.endpoints.secret(id);
	const { endpoints } = engineOf({ signingSecret: 'another signing secret, long enough', previousSigningSecret: SECRET });
	await endpoints.test(id);
	expect([verifies(before), verifies((await endpoints.secret(id)).secret)]).toEqual([true, true]);
});

it('is tested with what is no event, and the answer is told', async () => {
	const { endpoints } = engineOf();
	const { subscription: { id } } = await endpoints.create(wish());
	endpoint.answer = status(500, 'out of order');
	expect(await endpoints.test(id)).toMatchObject({ delivered: false, status: 500, answer: 'out of order', ms: expect.any(Number) as number });
	expect(endpoint.calls.at(-1)).toMatchObject({ type: 'subscription.test', data: { subscription: id } });
});

it('is paused, resumed and deleted; a trigger is not, nor has it a secret of its own', async () => {
	const engine = engineOf();
	const { subscription: { id } } = await engine.endpoints.create(wish());
	expect(await engine.endpoints.pause(id)).toMatchObject({ paused: true });
	expect(await engine.endpoints.resume(id)).toMatchObject({ paused: false });
	await engine.endpoints.remove(id);
	await expect(engine.endpoints.get(id)).rejects.toMatchObject({ code: 'subscription_not_found' });
	await engine.subscribe({ id: 'n8n-1', url: `${endpoint.origin}/trigger`, events: ['job.failed'] });
	for (const refused of [() => engine.endpoints.pause('n8n-1'), () => engine.endpoints.remove('n8n-1'), () => engine.endpoints.rotate('n8n-1'), () => engine.endpoints.secret('n8n-1')]) {
		await expect(refused()).rejects.toMatchObject({ code: 'invalid_request', message: expect.stringContaining('belongs to a Pinterest Job Status Trigger') as string });
	}
});

it('does not end with the seven days of a trigger', async () => {
	const { endpoints } = engineOf();
	const { subscription } = await endpoints.create(wish());
	expect(subscription.expiresAt - Date.now()).toBeGreaterThan(50 * 365 * DAY);
});
