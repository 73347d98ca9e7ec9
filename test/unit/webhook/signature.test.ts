import { Webhook } from 'standardwebhooks';
import { secretBytes, sign, TOLERANCE_S, verify } from '../../../src/webhook/signature';
import { forgedCalls } from '../../support/forged-calls';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const OTHER = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
const RAW_SECRET = 'a raw signing secret of enough bytes';
const NOW = 1_795_000_000_000;
const BODY = Buffer.from('{"type":"job.succeeded","timestamp":"2026-11-20T00:00:00.000Z","data":{"id":"pj_1","title":"Äpfel"}}');

const signed = (secrets = [SECRET], body = BODY, at = NOW) => ({ 'content-type': 'application/json', ...sign(secrets, 'evt_1', at, body) });
const seconds = (at: number) => String(Math.floor(at / 1000));

describe('a signed call', () => {
	it.each([
		['the current secret', [SECRET], [SECRET]],
		['a raw secret', [RAW_SECRET], [RAW_SECRET]],
		['the previous secret, while the sender has not changed yet', [OTHER], [SECRET, OTHER]],
		['both secrets, to a receiver that knows the old one only', [SECRET, OTHER], [OTHER]],
		['a secret beside one that is too short to be used', [SECRET], ['short', SECRET]],
	])('is accepted with %s', (_name, senders, receivers) => {
		expect(verify(signed(senders), BODY, receivers, NOW)).toEqual({ ok: true, id: 'evt_1' });
	});

	it.each([-TOLERANCE_S, 0, TOLERANCE_S])('is accepted when the clocks differ by %i s', (apart) => {
		expect(verify(signed(), BODY, [SECRET], NOW + apart * 1000).ok).toBe(true);
	});

	it('is accepted with a charset, and among signatures of versions we do not know', () => {
		const headers = { ...signed(), 'content-type': 'application/json; charset=utf-8' };
		headers['webhook-signature'] = `v1a,abc v2,def ${headers['webhook-signature']}`;
		expect(verify(headers, BODY, [SECRET], NOW).ok).toBe(true);
	});
});

describe('interoperation with the standardwebhooks package', () => {
	beforeAll(() => void jest.useFakeTimers({ now: NOW }));
	afterAll(() => void jest.useRealTimers());

	it('signs what the package verifies, with either form of secret', () => {
		expect(new Webhook(SECRET).verify(BODY, sign([SECRET], 'evt_1', NOW, BODY))).toMatchObject({ data: { title: 'Äpfel' } });
		expect(new Webhook(RAW_SECRET, { format: 'raw' }).verify(BODY, sign([RAW_SECRET], 'evt_1', NOW, BODY))).toMatchObject({ type: 'job.succeeded' });
	});

	it('signs in a rotation what the package verifies with either secret', () => {
		const headers = sign([SECRET, OTHER], 'evt_1', NOW, BODY);
		for (const secret of [SECRET, OTHER]) expect(new Webhook(secret).verify(BODY, headers)).toMatchObject({ type: 'job.succeeded' });
	});

	it('verifies what the package signs', () => {
		const headers = {
			'content-type': 'application/json', 'webhook-id': 'msg_2', 'webhook-timestamp': seconds(NOW),
			'webhook-signature': new Webhook(SECRET).sign('msg_2', new Date(NOW), BODY.toString()),
		};
		expect(verify(headers, BODY, [SECRET], NOW)).toEqual({ ok: true, id: 'msg_2' });
	});
});

type Call = { headers: Record<string, unknown>; body: unknown; secrets: (string | null | undefined)[] };
const call = (change: Partial<Call> & { set?: Record<string, unknown> } = {}): Call => ({
	headers: { ...signed(), ...change.set }, body: 'body' in change ? change.body : BODY, secrets: change.secrets ?? [SECRET],
});

// What Node's HTTP or the receiver would have to get wrong first: no call over the wire looks like this.
const INSIDE: [name: string, reason: string, call: Call][] = [
	['a content type given twice', 'content_type', call({ set: { 'content-type': ['application/json', 'text/plain'] } })],
	['the id as a list', 'headers_missing', call({ set: { 'webhook-id': ['evt_1'] } })],
	['the timestamp as a number', 'headers_missing', call({ set: { 'webhook-timestamp': NOW / 1000 } })],
	['the signatures as a list', 'headers_missing', call({ set: { 'webhook-signature': [signed()['webhook-signature']] } })],
	['a line break in the id', 'id_malformed', call({ set: { 'webhook-id': 'evt_1\n' } })],
	['no body', 'body_missing', call({ body: undefined })],
	['a body that was parsed and not kept as bytes', 'body_missing', call({ body: JSON.parse(BODY.toString()) as unknown })],
	['a body as a string', 'body_missing', call({ body: BODY.toString() })],
	['an empty body', 'body_size', call({ set: sign([SECRET], 'evt_1', NOW, Buffer.alloc(0)), body: Buffer.alloc(0) })],
	['a receiver without a secret', 'no_usable_secret', call({ secrets: [] })],
	['a receiver whose secret is empty', 'no_usable_secret', call({ secrets: ['', null, undefined] })],
	['a receiver whose secret has 23 bytes', 'no_usable_secret', call({ secrets: ['x'.repeat(23)] })],
	['a receiver whose secret is no base64', 'no_usable_secret', call({ secrets: [`whsec_${'*'.repeat(44)}`] })],
];

describe('a forged, stale or malformed call', () => {
	it.each(forgedCalls({ secret: SECRET, now: NOW, body: BODY }))('is refused: $name ($reason)', ({ reason, headers, body }) => {
		expect(verify(headers, body, [SECRET], NOW)).toEqual({ ok: false, reason });
	});

	it.each(INSIDE)('is refused: %s (%s)', (_name, reason, { headers, body, secrets }) => {
		expect(verify(headers, body, secrets, NOW)).toEqual({ ok: false, reason });
	});

	it.each([-TOLERANCE_S - 1, TOLERANCE_S + 1])('is refused when it was signed %i s off', (apart) => {
		expect(verify(signed([SECRET], BODY, NOW + apart * 1000), BODY, [SECRET], NOW)).toEqual({ ok: false, reason: 'timestamp_outside_window' });
	});

	it('is refused when other bytes only decode to the same text', () => {
		const bytes = Buffer.from([0x7b, 0xff, 0x7d]), twin = Buffer.from([0x7b, 0xfe, 0x7d]);
		expect(bytes.toString()).toBe(twin.toString());
		expect(verify(signed([SECRET], bytes), bytes, [SECRET], NOW).ok).toBe(true);
		expect(verify(signed([SECRET], bytes), twin, [SECRET], NOW).ok).toBe(false);
	});
});

describe('a signing secret', () => {
	it('has at least 24 bytes, whatever its form', () => {
		expect(secretBytes(`whsec_${Buffer.alloc(24).toString('base64')}`)).toHaveLength(24);
		expect(secretBytes(`whsec_${Buffer.alloc(23).toString('base64')}`)).toBeNull();
		expect(secretBytes('ä'.repeat(12))).toHaveLength(24);
	});

	it('is needed to sign', () => {
		expect(() => sign(['short'], 'evt_1', NOW, BODY)).toThrow('24 bytes');
		expect(() => sign([SECRET], 'evt.1', NOW, BODY)).toThrow('event id');
	});
});
