import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { MAX_BODY_BYTES, secretBytes, sign, TOLERANCE_S, verify } from '../../../src/webhook/signature';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const OTHER = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
const RAW_SECRET = 'a raw signing secret of enough bytes';
const NOW = 1_795_000_000_000;
const BODY = Buffer.from('{"type":"job.succeeded","timestamp":"2026-11-20T00:00:00.000Z","data":{"id":"pj_1","title":"Äpfel"}}');

const signed = (secrets = [SECRET], body = BODY, at = NOW) => ({ 'content-type': 'application/json', ...sign(secrets, 'evt_1', at, body) });
const hmac = (key: Buffer, text: string | Buffer) => createHmac('sha256', key).update(text).digest('base64');
const signatureOf = (secret: string, id: string, timestamp: string, body = BODY) =>
	`v1,${hmac(Buffer.from(secret.slice(6), 'base64'), Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]))}`;
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
	headers: { ...(change.headers ?? signed()), ...change.set }, body: 'body' in change ? change.body : BODY, secrets: change.secrets ?? [SECRET],
});
const timestamped = (timestamp: string) => call({ set: { 'webhook-timestamp': timestamp, 'webhook-signature': signatureOf(SECRET, 'evt_1', timestamp) } });
const named = (id: string) => call({ set: { 'webhook-id': id, 'webhook-signature': signatureOf(SECRET, id, seconds(NOW)) } });
const right = signed()['webhook-signature'];

// Each is signed as well as it can be, so that only the check it is named after can refuse it.
const FORGED: [name: string, reason: string, call: Call][] = [
	['no content type', 'content_type', call({ set: { 'content-type': undefined } })],
	['a form', 'content_type', call({ set: { 'content-type': 'application/x-www-form-urlencoded' } })],
	['a content type that only begins like JSON', 'content_type', call({ set: { 'content-type': 'application/jsonp' } })],
	['a content type given twice', 'content_type', call({ set: { 'content-type': ['application/json', 'text/plain'] } })],
	['no id', 'headers_missing', call({ set: { 'webhook-id': undefined } })],
	['no timestamp', 'headers_missing', call({ set: { 'webhook-timestamp': undefined } })],
	['no signature', 'headers_missing', call({ set: { 'webhook-signature': undefined } })],
	['the id as a list', 'headers_missing', call({ set: { 'webhook-id': ['evt_1'] } })],
	['the timestamp as a number', 'headers_missing', call({ set: { 'webhook-timestamp': NOW / 1000 } })],
	['the signatures as a list', 'headers_missing', call({ set: { 'webhook-signature': [right] } })],
	['an empty id', 'id_malformed', named('')],
	['a dot in the id, which moves the border to the timestamp', 'id_malformed', named('evt.1')],
	['an id of 129 characters', 'id_malformed', named('e'.repeat(129))],
	['a line break in the id', 'id_malformed', named('evt_1\n')],
	['two ids joined by Node', 'id_malformed', named('evt_1, evt_1')],
	['a timestamp in milliseconds', 'timestamp_malformed', timestamped(String(NOW))],
	['a timestamp with junk behind it', 'timestamp_malformed', timestamped(`${seconds(NOW)}junk`)],
	['a signed timestamp', 'timestamp_malformed', timestamped(`+${seconds(NOW).slice(1)}`)],
	['a timestamp with a fraction', 'timestamp_malformed', timestamped(`${seconds(NOW)}.5`)],
	['a timestamp in hexadecimal', 'timestamp_malformed', timestamped('0x6afd1c00')],
	['a call of 301 s ago, played again', 'timestamp_outside_window', call({ headers: signed([SECRET], BODY, NOW - 301_000) })],
	['a call from 301 s in the future', 'timestamp_outside_window', call({ headers: signed([SECRET], BODY, NOW + 301_000) })],
	['no body', 'body_missing', call({ body: undefined })],
	['a body that was parsed and not kept as bytes', 'body_missing', call({ body: JSON.parse(BODY.toString()) as unknown })],
	['a body as a string', 'body_missing', call({ body: BODY.toString() })],
	['an empty body', 'body_size', call({ headers: signed([SECRET], Buffer.alloc(0)), body: Buffer.alloc(0) })],
	['a body beyond 64 KiB', 'body_size', call({ headers: signed([SECRET], Buffer.alloc(MAX_BODY_BYTES + 1)), body: Buffer.alloc(MAX_BODY_BYTES + 1) })],
	['a receiver without a secret', 'no_usable_secret', call({ secrets: [] })],
	['a receiver whose secret is empty', 'no_usable_secret', call({ secrets: ['', null, undefined] })],
	['a receiver whose secret has 23 bytes', 'no_usable_secret', call({ secrets: ['x'.repeat(23)] })],
	['a receiver whose secret is no base64', 'no_usable_secret', call({ secrets: [`whsec_${'*'.repeat(44)}`] })],
	['nine signatures', 'too_many_signatures', call({ set: { 'webhook-signature': [...Array<string>(8).fill('v1,AAAA'), right].join(' ') } })],
	['an empty signature', 'no_matching_signature', call({ set: { 'webhook-signature': '' } })],
	['the signature of another body', 'no_matching_signature', call({ body: Buffer.from(BODY.toString().replace('pj_1', 'pj_2')) })],
	['one byte more in the body', 'no_matching_signature', call({ body: Buffer.concat([BODY, Buffer.from(' ')]) })],
	['the signature of another id', 'no_matching_signature', call({ set: { 'webhook-id': 'evt_2' } })],
	['the signature of another second', 'no_matching_signature', call({ set: { 'webhook-timestamp': seconds(NOW + 1000) } })],
	['the secret of somebody else', 'no_matching_signature', call({ headers: signed([OTHER]) })],
	['a signature without its version', 'no_matching_signature', call({ set: { 'webhook-signature': right.slice(3) } })],
	['a signature of version v1a', 'no_matching_signature', call({ set: { 'webhook-signature': right.replace('v1,', 'v1a,') } })],
	['a version in capitals', 'no_matching_signature', call({ set: { 'webhook-signature': right.replace('v1,', 'V1,') } })],
	['half of the signature', 'no_matching_signature', call({ set: { 'webhook-signature': right.slice(0, 24) } })],
	['a signature without its padding', 'no_matching_signature', call({ set: { 'webhook-signature': right.replace('=', '') } })],
	['a signature in hexadecimal', 'no_matching_signature', call({ set: { 'webhook-signature': `v1,${Buffer.from(right.slice(3), 'base64').toString('hex')}` } })],
	['the HMAC of the body alone', 'no_matching_signature', call({ set: { 'webhook-signature': `v1,${hmac(Buffer.alloc(32, 7), BODY)}` } })],
	['the HMAC with the secret text as key', 'no_matching_signature', call({ set: { 'webhook-signature': `v1,${hmac(Buffer.from(SECRET), Buffer.concat([Buffer.from(`evt_1.${seconds(NOW)}.`), BODY]))}` } })],
];

describe('a forged, stale or malformed call', () => {
	it.each(FORGED)('is refused: %s (%s)', (_name, reason, { headers, body, secrets }) => {
		expect(verify(headers, body, secrets, NOW)).toEqual({ ok: false, reason });
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
