import { createHmac, timingSafeEqual } from 'node:crypto';
import { EngineError } from '../errors';

/** The bytes a signing secret must have at least. */
export const MIN_SECRET_BYTES = 24;
/** How far the sender's clock may be from ours, seconds. */
export const TOLERANCE_S = 300;
/** The largest body that is verified; ours are far smaller. */
export const MAX_BODY_BYTES = 64 * 1024;
const MAX_SIGNATURES = 8;

const ID = /^[A-Za-z0-9_-]{1,128}$/;
const TIMESTAMP = /^\d{10}$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Why a call was refused; for logs only, the caller is told nothing but 401. */
export type Refusal =
	| 'content_type' | 'headers_missing' | 'id_malformed' | 'timestamp_malformed' | 'timestamp_outside_window'
	| 'body_missing' | 'body_size' | 'no_usable_secret' | 'too_many_signatures' | 'no_matching_signature';

export type SignedHeaders = Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>;

export type Verification = { ok: true; id: string } | { ok: false; reason: Refusal };

/** The key bytes of `whsec_<base64>` or of a raw string; null when malformed or shorter than 24 bytes. */
export function secretBytes(secret: string): Buffer | null {
	const bytes = secret.startsWith('whsec_') ? fromBase64(secret.slice('whsec_'.length)) : Buffer.from(secret, 'utf8');
	return bytes !== null && bytes.length >= MIN_SECRET_BYTES ? bytes : null;
}

/** Whether one of the secrets is long enough. */
export function canSign(secrets: readonly string[]): boolean {
	return secrets.some((secret) => secretBytes(secret));
}

/** `invalid_config` unless one of the secrets can sign. */
export function requireSecret(secrets: readonly string[]): void {
	if (canSign(secrets)) return;
	throw new EngineError('invalid_config', { message: 'Events cannot be signed.', hint: `Set a signing secret of at least ${MIN_SECRET_BYTES} bytes.` });
}

/** The three Standard Webhooks headers of one POST, signed by each usable secret; throws when there is none. */
export function sign(secrets: readonly string[], id: string, nowMs: number, body: Buffer): SignedHeaders {
	const keys = usable(secrets);
	if (keys.length === 0) throw new TypeError('No signing secret has 24 bytes or more.');
	if (!ID.test(id)) throw new TypeError('An event id has 1 to 128 of A-Z, a-z, 0-9, _ and -.');
	const timestamp = String(Math.floor(nowMs / 1000));
	return {
		'webhook-id': id,
		'webhook-timestamp': timestamp,
		'webhook-signature': keys.map((key) => `v1,${digest(key, id, timestamp, body)}`).join(' '),
	};
}

/**
 * Whether one of the secrets (current, previous) signed exactly these bytes within the last five minutes.
 * Headers by their lower-case names, as Node gives them. Without a usable secret everything is refused.
 */
export function verify(
	headers: Record<string, unknown>,
	rawBody: unknown,
	secrets: readonly (string | null | undefined)[],
	nowMs: number,
): Verification {
	const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
	if (!isJson(headers['content-type'])) return refused('content_type');
	if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string') return refused('headers_missing');
	if (!ID.test(id)) return refused('id_malformed');
	if (!TIMESTAMP.test(timestamp)) return refused('timestamp_malformed');
	if (Math.abs(Math.floor(nowMs / 1000) - Number(timestamp)) > TOLERANCE_S) return refused('timestamp_outside_window');
	if (!Buffer.isBuffer(rawBody)) return refused('body_missing');
	if (rawBody.length === 0 || rawBody.length > MAX_BODY_BYTES) return refused('body_size');
	const keys = usable(secrets);
	if (keys.length === 0) return refused('no_usable_secret');
	const candidates = signatures.split(' ', MAX_SIGNATURES + 1).filter((part) => part.startsWith('v1,'));
	if (candidates.length > MAX_SIGNATURES) return refused('too_many_signatures');
	const expected = keys.map((key) => Buffer.from(`v1,${digest(key, id, timestamp, rawBody)}`));
	return anyEqual(candidates, expected) ? { ok: true, id } : refused('no_matching_signature');
}

function refused(reason: Refusal): Verification {
	return { ok: false, reason };
}

function isJson(contentType: unknown): boolean {
	return typeof contentType === 'string' && /^application\/json\s*(?:;|$)/i.test(contentType);
}

function usable(secrets: readonly (string | null | undefined)[]): Buffer[] {
	return secrets.map((secret) => (secret ? secretBytes(secret) : null)).filter((bytes) => bytes !== null);
}

function fromBase64(text: string): Buffer | null {
	return BASE64.test(text) ? Buffer.from(text, 'base64') : null;
}

function digest(key: Buffer, id: string, timestamp: string, body: Buffer): string {
	return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
}

/** Compares every pair, so that the time taken does not tell which secret or signature was the right one. */
function anyEqual(candidates: readonly string[], expected: readonly Buffer[]): boolean {
	let found = false;
	for (const candidate of candidates.map((text) => Buffer.from(text))) {
		for (const right of expected) {
			const same = candidate.length === right.length && timingSafeEqual(candidate, right);
			found = same || found;
		}
	}
	return found;
}
