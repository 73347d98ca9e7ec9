import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Inbox } from '../../../src/store/inbox';
import { Receiver } from '../../../src/webhook/receiver';
import { sign } from '../../../src/webhook/signature';
import { UrlGuard } from '../../../src/webhook/url-guard';
import { NO_EVENTS } from '../../support/forged-calls';
import { SECRET, WebhookWorld } from './webhook-world';

let world: WebhookWorld;
let receiver: Receiver;
beforeEach(async () => {
	world = await WebhookWorld.start();
	receiver = aReceiver();
});
afterEach(() => world.end());

const aReceiver = (secrets: string[] = [SECRET], inbox = world.store.inbox) =>
	new Receiver({ secrets, inbox, now: () => world.store.time, log: (line) => world.lines.push(line) });

const EVENT = { type: 'job.succeeded', timestamp: '2026-11-02T09:00:00.000Z', data: { id: 'pj_1', seq: 3 } };
function call(body: unknown = EVENT, id = 'evt_1'): [headers: Record<string, unknown>, raw: Buffer] {
	const raw = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
	return [{ 'content-type': 'application/json', ...sign([SECRET], id, world.store.time, raw) }, raw];
}
const receive = (inbox: string | null = 'trigger', ...given: Parameters<typeof call>) => receiver.receive(...call(...given), inbox);

describe('a received event', () => {
	it('is taken once by each inbox', async () => {
		const first = await receive();
		expect(first).toMatchObject({ ok: true, eventId: 'evt_1', payload: EVENT });
		if (first.ok) await first.confirm();
		expect(await receive()).toEqual({ ok: false, status: 200, reason: 'taken_before' });
		expect(await receive('another trigger')).toMatchObject({ ok: true });
		expect(await receive('trigger', EVENT, 'evt_2')).toMatchObject({ ok: true });
	});

	it('is refused for now while another call has it in hand, and is free again when that gave it back', async () => {
		const first = await receive();
		expect(await receive()).toEqual({ ok: false, status: 409, reason: 'in_flight' });
		if (first.ok) await first.release();
		expect(await receive()).toMatchObject({ ok: true });
	});

	it('is free again some time after a call that died with it', async () => {
		receiver = aReceiver([SECRET], new Inbox(world.store.namespace, { claimMs: 50 }));
		expect(await receive()).toMatchObject({ ok: true });
		expect(await receive()).toMatchObject({ status: 409 });
		let again = await receive();
		for (let n = 0; n < 200 && !again.ok; n++) again = await sleep(5).then(() => receive());
		expect(again).toMatchObject({ ok: true });
	});

	it('is not claimed without an inbox, for test listening', async () => {
		for (let n = 0; n < 2; n++) {
			const received = await receive(null);
			expect(received).toMatchObject({ ok: true });
			if (received.ok) await Promise.all([received.confirm(), received.release()]);
		}
		expect(await receive()).toMatchObject({ ok: true });
	});

	it('is refused for now while Redis is away', async () => {
		const cut = world.store.anotherClient({ redis: { url: 'redis://127.0.0.1:1' }, deadlineMs: 50 });
		receiver = aReceiver([SECRET], new Inbox(cut));
		expect(await receive()).toEqual({ ok: false, status: 409, reason: 'redis_unavailable' });
		await cut.close();
	});

	it('carries no key that could reach a prototype', async () => {
		const received = await receive('trigger', '{"type":"job.failed","timestamp":"t","data":{"id":"pj_1","__proto__":{"admin":true},"metadata":{"constructor":{"x":1},"prototype":1,"a":2}}}');
		expect(received).toMatchObject({ ok: true, payload: { data: { id: 'pj_1', metadata: { a: 2 } } } });
		expect(JSON.stringify(received)).not.toMatch(/__proto__|constructor|prototype/);
	});
});

describe('a call is answered 401 and claims nothing', () => {
	it.each<[string, unknown]>([
		...NO_EVENTS,
		['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
	])('with %s', async (_name, body) => {
		expect(await receive('trigger', body)).toMatchObject({ ok: false, status: 401 });
		expect(await receive()).toMatchObject({ ok: true });
	});

	it('with another secret', async () => {
		receiver = aReceiver(['the secret of somebody else entirely']);
		expect(await receive()).toMatchObject({ ok: false, status: 401 });
		receiver = aReceiver();
		expect(await receive()).toMatchObject({ ok: true });
	});

	it('without any secret, and says why in the log alone', async () => {
		receiver = aReceiver([]);
		expect(await receive()).toEqual({ ok: false, status: 401, reason: 'no_usable_secret' });
		expect(world.lines).toEqual([{ level: 'warn', event: 'webhook.refused', status: 401, reason: 'no_usable_secret' }]);
	});
});

it('starts one execution per event when a dispatcher delivers to it and the first answer is lost', async () => {
	const executions: string[] = [];
	let lost = 1;
	const server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => void (async () => {
			const received = await receiver.receive(request.headers, Buffer.concat(chunks), 'trigger');
			if (received.ok) {
				executions.push(received.eventId);
				await received.confirm();
			}
			if (lost-- > 0) return void response.destroy();
			response.writeHead(received.ok ? 200 : received.status).end();
		})());
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	await world.subscribe('s', origin);
	await world.published(2);
	const dispatcher = world.dispatcher({ guard: new UrlGuard([origin]) });
	expect((await dispatcher.runOnce()).postponed).toBe(1);
	world.pass(5000);
	expect((await dispatcher.runOnce()).postponed).toBe(0);
	expect(executions).toHaveLength(6);
	expect(new Set(executions).size).toBe(6);
	server.close();
});
