import { createHash, createHmac } from 'node:crypto';
import { MAX_BODY_BYTES, sign, type Refusal } from '../../src/webhook/signature';

/** A call as it goes over the wire, with the one check that refuses it. */
export interface ForgedCall {
	name: string;
	reason: Refusal;
	headers: Record<string, string>;
	body: Buffer;
}

const OF_SOMEBODY_ELSE = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;

/**
 * Forged, stale and malformed forms of a call that `secret` (of the form `whsec_…`) signs. Each is signed as well as it can be, so that
 * only the check it is named after can refuse it.
 */
export function forgedCalls({ secret, now, body }: { secret: string; now: number; body: Buffer }): ForgedCall[] {
	const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
	const json = { 'content-type': 'application/json' };
	const signed = (at = now, bytes = body, by = secret) => ({ ...json, ...sign([by], 'evt_1', at, bytes) });
	const hmac = (by: Buffer, text: string | Buffer) => createHmac('sha256', by).update(text).digest('base64');
	const text = (id: string, timestamp: string) => Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
	const seconds = (at: number) => String(Math.floor(at / 1000));
	const right = signed()['webhook-signature'];

	const forged = (name: string, reason: Refusal, change: Record<string, string>, bytes = body): ForgedCall => ({ name, reason, headers: { ...signed(), ...change }, body: bytes });
	const without = (header: string, reason: Refusal): ForgedCall => ({
		name: `no ${header}`, reason, headers: Object.fromEntries(Object.entries(signed()).filter(([name]) => name !== header)), body,
	});
	const signatures = (name: string, value: string, reason: Refusal = 'no_matching_signature') => forged(name, reason, { 'webhook-signature': value });
	const timestamped = (name: string, timestamp: string) =>
		forged(name, 'timestamp_malformed', { 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${hmac(key, text('evt_1', timestamp))}` });
	const named = (name: string, id: string) => forged(name, 'id_malformed', { 'webhook-id': id, 'webhook-signature': `v1,${hmac(key, text(id, seconds(now)))}` });

	return [
		without('content-type', 'content_type'),
		forged('a form', 'content_type', { 'content-type': 'application/x-www-form-urlencoded' }),
		forged('plain text', 'content_type', { 'content-type': 'text/plain' }),
		forged('a content type that only begins like JSON', 'content_type', { 'content-type': 'application/jsonp' }),
		without('webhook-id', 'headers_missing'),
		without('webhook-timestamp', 'headers_missing'),
		without('webhook-signature', 'headers_missing'),
		named('an empty id', ''),
		named('a dot in the id, which moves the border to the timestamp', 'evt.1'),
		named('an id of 129 characters', 'e'.repeat(129)),
		named('two ids joined by Node', 'evt_1, evt_1'),
		timestamped('a timestamp in milliseconds', String(now)),
		timestamped('a timestamp with junk behind it', `${seconds(now)}junk`),
		timestamped('a signed timestamp', `+${seconds(now).slice(1)}`),
		timestamped('a timestamp with a fraction', `${seconds(now)}.5`),
		timestamped('a timestamp in hexadecimal', `0x${Math.floor(now / 1000).toString(16)}`),
		forged('a call of ten minutes ago, played again', 'timestamp_outside_window', signed(now - 600_000)),
		forged('a call from ten minutes ahead', 'timestamp_outside_window', signed(now + 600_000)),
		forged('a body beyond 64 KiB', 'body_size', signed(now, large(body)), large(body)),
		signatures('nine signatures', [...Array<string>(8).fill('v1,AAAA'), right].join(' '), 'too_many_signatures'),
		signatures('an empty signature', ''),
		signatures('a signature of nothing', 'v1,'),
		signatures('a signature without its version', right.slice(3)),
		signatures('a signature of version v1a', right.replace('v1,', 'v1a,')),
		signatures('a version in capitals', right.replace('v1,', 'V1,')),
		signatures('half of the signature', right.slice(0, 24)),
		signatures('a signature without its padding', right.replace('=', '')),
		signatures('a signature in hexadecimal', `v1,${Buffer.from(right.slice(3), 'base64').toString('hex')}`),
		signatures('the HMAC of the body alone', `v1,${hmac(key, body)}`),
		signatures('the HMAC with the secret text as key', `v1,${hmac(Buffer.from(secret), text('evt_1', seconds(now)))}`),
		signatures('the HMAC with no key at all', `v1,${hmac(Buffer.alloc(0), text('evt_1', seconds(now)))}`),
		signatures('a plain hash instead of an HMAC', `v1,${createHash('sha256').update(text('evt_1', seconds(now))).digest('base64')}`),
		forged('the secret of somebody else', 'no_matching_signature', signed(now, body, OF_SOMEBODY_ELSE)),
		forged('the signature of another id', 'no_matching_signature', { 'webhook-id': 'evt_2' }),
		forged('the signature of another second', 'no_matching_signature', { 'webhook-timestamp': seconds(now + 1000) }),
		forged('the signature of another body', 'no_matching_signature', {}, Buffer.from(body.toString().replace('pj_1', 'pj_2'))),
		forged('one byte more in the body', 'no_matching_signature', {}, Buffer.concat([body, Buffer.from(' ')])),
	];
}

/** The same JSON, too long. */
function large(body: Buffer): Buffer {
	return Buffer.concat([body, Buffer.alloc(MAX_BODY_BYTES, ' ')]);
}

/** Bodies that are signed as they should be and are no event. */
export const NO_EVENTS: [name: string, body: string][] = [
	['no JSON', 'nonsense'],
	['half of the JSON', '{"type":"job.succeeded","timestamp":"2026-11-20T00:0'],
	['a list', '[{"type":"job.succeeded","timestamp":"2026-11-20T00:00:00.000Z","data":{}}]'],
	['null', 'null'],
	['a type nobody knows', '{"type":"job.exploded","timestamp":"2026-11-20T00:00:00.000Z","data":{"id":"pj_1"}}'],
	['no type', '{"timestamp":"2026-11-20T00:00:00.000Z","data":{"id":"pj_1"}}'],
	['a type that is no text', '{"type":["job.succeeded"],"timestamp":"2026-11-20T00:00:00.000Z","data":{"id":"pj_1"}}'],
	['a timestamp that is no text', '{"type":"job.succeeded","timestamp":5,"data":{"id":"pj_1"}}'],
	['data that are no object', '{"type":"job.succeeded","timestamp":"2026-11-20T00:00:00.000Z","data":[1]}'],
	['its data in a prototype', '{"type":"job.succeeded","timestamp":"2026-11-20T00:00:00.000Z","__proto__":{"data":{"id":"pj_1"}}}'],
];
