import { createHash } from 'node:crypto';
import { isJobEvent, type EngineEvent } from '../job/event';
import type { Job } from '../job/job';
import { MAX_BODY_BYTES, sign, type SignedHeaders } from './signature';

const USER_AGENT = 'n8n-nodes-pinterest-jobs';

/** The `data` of an event: for a job, its view as of the event. */
export type Render = (event: EngineEvent, job: Job | null) => Record<string, unknown>;

/** The JSON of one event; the same at every try. A view that grew too large keeps only the last of each of its lists. */
export function bodyOf(event: EngineEvent, data: Record<string, unknown>): Buffer {
	const whole = encode(event, data);
	if (whole.length <= MAX_BODY_BYTES) return whole;
	const lists = (['attemptHistory', 'revisions', 'handling', 'looks'] as const).filter((name) => Array.isArray(data[name]));
	return encode(event, { ...data, ...Object.fromEntries(lists.map((name) => [name, (data[name] as unknown[]).slice(-1)])) });
}

/** The headers of one POST, signed by each usable secret at this instant, epoch ms. */
export function headersOf(secrets: readonly string[], id: string, nowMs: number, body: Buffer): SignedHeaders & Record<string, string> {
	return { 'content-type': 'application/json', 'user-agent': USER_AGENT, ...sign(secrets, id, nowMs, body) };
}

/** A W3C trace context: every event of a job belongs to one trace, so that job, delivery and execution are seen together. */
export function traceparentOf(event: EngineEvent): string {
	const trace = hex(isJobEvent(event) ? event.jobId : event.account, 32);
	return `00-${trace}-${hex(event.id, 16)}-01`;
}

function encode(event: EngineEvent, data: Record<string, unknown>): Buffer {
	return Buffer.from(JSON.stringify({ type: event.type, timestamp: new Date(event.at).toISOString(), data }));
}

function hex(text: string, length: number): string {
	return createHash('sha256').update(text).digest('hex').slice(0, length);
}
