import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { headersOf } from './message';
import { post, type PostAnswer, type PostParts } from './post';

/** The `type` of a probe: signed and posted like an event, and none. */
export const PROBE_TYPE = 'subscription.probe';

/** Who has to answer: anybody with 2xx, or a trigger of ours, which says the probe's id back. */
export type Probe = 'endpoint' | 'trigger';

/** What a probe found. `unsure`: too slow or too busy to tell. */
export type Probed = { kind: 'served' } | { kind: 'unsure' | 'unserved'; reason: string };

export interface ProbeParts extends Pick<PostParts, 'guard' | 'now'> {
	/** One of them at least is usable. */
	secrets: readonly string[];
	/** For one POST, ms of real time; 5 s by default. */
	timeoutMs?: number;
	/** Before the second try, ms of real time; 1 s by default. */
	pauseMs?: number;
}

const TIMEOUT_MS = 5000;
const PAUSE_MS = 1000;
/** Said by an endpoint that verifies, and does not know its secret before it is subscribed. */
const UNVERIFIED = new Set([401, 403]);
/** Said by those who serve the address, but not at this moment. */
const BUSY = new Set([408, 429, 503, 504]);

/** Asks an address whether it takes events; a refusal is asked twice, so that what just starts is not taken for nobody. */
export async function probe(url: string, who: Probe, parts: ProbeParts): Promise<Probed> {
	const first = await ask(url, who, parts);
	if (first.kind !== 'unserved') return first;
	await sleep(parts.pauseMs ?? PAUSE_MS);
	return ask(url, who, parts);
}

async function ask(url: string, who: Probe, { timeoutMs = TIMEOUT_MS, ...parts }: ProbeParts): Promise<Probed> {
	const id = `probe_${randomBytes(12).toString('hex')}`;
	return judge(await knock(url, { id, type: PROBE_TYPE, data: {} }, { ...parts, timeoutMs }), who, id);
}

/** Posts, signed, what is no event. */
export function knock(url: string, { id, type, data }: { id: string; type: string; data: object }, { guard, now, secrets, timeoutMs }: PostParts & Pick<ProbeParts, 'secrets'>): Promise<PostAnswer> {
	const body = Buffer.from(JSON.stringify({ type, timestamp: new Date(now()).toISOString(), data }));
	return post(url, headersOf(secrets, id, now(), body), body, { guard, timeoutMs, now });
}

function judge(answer: PostAnswer, who: Probe, id: string): Probed {
	if (answer.kind === 'timeout') return { kind: 'unsure', reason: 'No answer in time.' };
	if (answer.kind === 'unreachable') return { kind: 'unserved', reason: answer.message };
	const { status, text } = answer;
	const said = `HTTP ${status}${text ? `: ${text}` : ''}`;
	if (BUSY.has(status)) return { kind: 'unsure', reason: said };
	if (who === 'endpoint' && UNVERIFIED.has(status)) return { kind: 'unsure', reason: `${said} It may not know the secret yet.` };
	if (status < 200 || status > 299) return { kind: 'unserved', reason: said };
	// Many a server answers 200 to everything, and events would be lost there in silence.
	return who === 'endpoint' || text.includes(id) ? { kind: 'served' } : { kind: 'unserved', reason: `Something else answers there: ${said}` };
}
