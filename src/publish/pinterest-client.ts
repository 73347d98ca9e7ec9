import { classify, classifyRead, ourFailure } from '../job/classify';
import { rowOf } from '../job/failures';
import type { ListedPin } from '../job/natural-key';
import type { AttemptOutcome, Failure } from '../job/outcome';
import type { Heard } from '../job/rate-headers';
import { boardOf, mediaStatusOf, pageOf, pinOf, registeredOf, sectionOf, userOf, type ListedBoard, type MediaStatus, type User } from './answers';
import type { ClockSkew } from './clock-skew';
import type { AccessToken } from './contract';
import { callAtOnce, prepare, type CallEnd, type CallFault, type CallRequest, type PreparedCall } from './https-call';
import type { Page } from './pages';
import { without, type Tokens } from './tokens';

/** What was read, or why not. */
export type Read<T> = { ok: true; value: T } | { ok: false; failure: Failure };

export interface ClientOptions {
	/** To have a connection for a Pin ready, ms. */
	connectMs: number;
	/** For a whole read, ms. */
	readMs: number;
	/** Epoch ms. */
	now(): number;
	/** Told of every answer. */
	skew: ClockSkew;
	/** Certificates to trust beside the usual ones, PEM. */
	ca?: string;
}

const MEGABYTE = 1024 * 1024;
const MAX_ANSWER_BYTES = MEGABYTE;
const MAX_LISTING_BYTES = 16 * MEGABYTE;
/** The largest page Pinterest gives (API 5.23 description, 2026-11). */
const PAGE_SIZE = 250;

const NO_SLOT = 'The reads that the account may make were used up; it was not read on.';
const UNREADABLE = { read: 'read_failed', media: 'media_call_failed' } as const;
/** The body of POST /media. */
export const REGISTRATION = Buffer.from('{"media_type":"video"}');

/** The part of Pinterest API v5 we use. Never retries a create, never follows a redirect; a read may renew the token once. */
export class PinterestClient {
	constructor(private readonly options: ClientOptions) {}

	/** A connection on which this Pin can be sent; nothing is sent yet. */
	preparePin(token: AccessToken, body: Buffer): Promise<PreparedCall | CallFault> {
		const headers = { ...headersWith(token), 'content-type': 'application/json' };
		return prepare(this.request(token, { method: 'POST', path: '/pins', headers, body, maxBytes: MAX_ANSWER_BYTES }), this.options.connectMs);
	}

	/** What the end of a create tells about the Pin. */
	pinOutcome(end: CallEnd, tokens: Tokens): AttemptOutcome {
		const outcome = classify({ ...end, endpoint: 'create' }, this.options.now());
		this.heard(end, 'write', outcome.kind === 'published' ? null : outcome.failure, tokens);
		return outcome;
	}

	/** Registers a video that is to be uploaded. What it answers signs for the upload: it goes nowhere but there. */
	async registerMedia(token: AccessToken, tokens: Tokens): Promise<Read<NonNullable<ReturnType<typeof registeredOf>>>> {
		const headers = { ...headersWith(token), 'content-type': 'application/json' };
		return this.readOnce({ token, tokens, method: 'POST', path: '/media', headers, body: REGISTRATION, maxBytes: MAX_ANSWER_BYTES }, 'media', registeredOf);
	}

	mediaStatus(tokens: Tokens, mediaId: string): Promise<Read<MediaStatus>> {
		return this.read(tokens, `/media/${encodeURIComponent(mediaId)}`, mediaStatusOf, MAX_ANSWER_BYTES, 'media');
	}

	user(tokens: Tokens): Promise<Read<User>> {
		return this.read(tokens, '/user_account', userOf, MAX_ANSWER_BYTES);
	}

	boards(tokens: Tokens, bookmark: string | null, size = PAGE_SIZE): Promise<Read<Page<ListedBoard>>> {
		return this.list(tokens, '/boards', boardOf, bookmark, size);
	}

	sections(tokens: Tokens, boardId: string, bookmark: string | null): Promise<Read<Page<{ id: string; name: string }>>> {
		return this.list(tokens, `/boards/${encodeURIComponent(boardId)}/sections`, sectionOf, bookmark);
	}

	boardPins(tokens: Tokens, boardId: string, bookmark: string | null): Promise<Read<Page<ListedPin>>> {
		return this.list(tokens, `/boards/${encodeURIComponent(boardId)}/pins`, pinOf, bookmark);
	}

	sectionPins(tokens: Tokens, boardId: string, sectionId: string, bookmark: string | null): Promise<Read<Page<ListedPin>>> {
		const path = `/boards/${encodeURIComponent(boardId)}/sections/${encodeURIComponent(sectionId)}/pins`;
		return this.list(tokens, path, pinOf, bookmark);
	}

	private list<T>(tokens: Tokens, path: string, parse: (item: unknown) => T | null, bookmark: string | null, size = PAGE_SIZE) {
		const query = new URLSearchParams({ page_size: String(size), ...(bookmark !== null && { bookmark }) });
		return this.read<Page<T>>(tokens, `${path}?${query.toString()}`, (json) => pageOf(json, parse), MAX_LISTING_BYTES);
	}

	/** One read, in a slot of the account's; with the renewed token once more when the token was dead. */
	private async read<T>(tokens: Tokens, path: string, parse: (json: unknown) => T | null, maxBytes: number, endpoint: 'read' | 'media' = 'read'): Promise<Read<T>> {
		const call = (value: AccessToken) => this.readOnce({ token: value, tokens, method: 'GET', path, headers: headersWith(value), maxBytes }, endpoint, parse);
		const token = await tokenOf(tokens);
		if (!token.ok) return token;
		const first = await call(token.value);
		const cure = await cureOf(first, tokens, token.value);
		if (cure.kind === 'none') return first;
		if (cure.kind === 'failed') return { ok: false, failure: cure.failure };
		const renewed = await tokenOf(tokens);
		if (!renewed.ok) return renewed;
		const second = await call(renewed.value);
		noteAccepted(second, tokens, renewed.value);
		return second;
	}

	private async readOnce<T>({ token, tokens, ...asked }: Omit<CallRequest, 'url' | 'ca'> & { path: string; token: AccessToken; tokens: Tokens }, endpoint: 'read' | 'media', parse: (json: unknown) => T | null): Promise<Read<T>> {
		const call = () => callAtOnce(this.request(token, asked), this.options.readMs);
		const end = asked.method === 'GET' && tokens.paced?.reads ? await tokens.paced.reads(call) : await call();
		if (!end) return { ok: false, failure: ourFailure('permit_refused', NO_SLOT) };
		const read = classifyRead({ ...end, endpoint }, this.options.now());
		this.heard(end, asked.method === 'POST' ? 'write' : 'read', read.ok ? null : read.failure, tokens);
		if (!read.ok) return read;
		const value = parse(read.json);
		// A listing without its items is no empty listing: nothing may be concluded from it.
		return value === null ? { ok: false, failure: ourFailure(UNREADABLE[endpoint], 'Pinterest answered in an unknown form.') } : { ok: true, value };
	}

	private heard(end: CallEnd, kind: Heard['kind'], failure: Failure | null, tokens: Tokens): void {
		if (end.kind !== 'answer') return;
		this.options.skew.heard(end.headers);
		tokens.paced?.hears?.({ kind, isThrottled: failure?.code === 'rate_limited', headers: end.headers });
	}

	private request(token: AccessToken, { path, ...rest }: Omit<CallRequest, 'url' | 'ca'> & { path: string }): CallRequest {
		return { ...rest, url: `${token.baseUrl}${path}`, ca: this.options.ca };
	}
}

/** The token as it stands, or the failure of a credential that cannot be read. */
export async function tokenOf(tokens: Tokens): Promise<Read<AccessToken>> {
	try {
		return { ok: true, value: await tokens.current() };
	} catch (error) {
		return { ok: false, failure: ourFailure('token_unreadable', without(error, null)) };
	}
}

/** What can be done about an answer: nothing, call again with the renewed token, or nothing because renewing failed. */
export type Cure = { kind: 'none' } | { kind: 'renewed' } | { kind: 'failed'; failure: Failure };

/** Renews the token when the answer says that it is dead. */
async function cureOf(result: { ok: true } | { ok: false; failure: Failure }, tokens: Tokens, token: AccessToken): Promise<Cure> {
	noteAccepted(result, tokens, token);
	if (result.ok || !rowOf(result.failure.code).renewable) return { kind: 'none' };
	const renewal = await tokens.renew(token);
	if (renewal.kind === 'renewed') return renewal;
	if (renewal.kind === 'unanswered') return { kind: 'failed', failure: ourFailure('token_service_down', renewal.message) };
	const { facts } = result.failure, code = renewal.kind === 'refused' ? 'token_refused' : result.failure.code;
	return { kind: 'failed', failure: { code, facts: { ...facts, message: ourFailure(code, `${facts.message} ${renewal.message}`).facts.message } } };
}

/** What a call that is not made again here ends as once its token was looked after: `token_refreshed` leads to a new one with the renewed token. Null when the token was not at fault. */
export async function failureAfterCure(result: { ok: true } | { ok: false; failure: Failure }, tokens: Tokens, token: AccessToken): Promise<Failure | null> {
	const cure = await cureOf(result, tokens, token);
	if (result.ok || cure.kind === 'none') return null;
	return cure.kind === 'failed' ? cure.failure : { code: 'token_refreshed', facts: result.failure.facts };
}

/** An answer other than 401 means that Pinterest took the token. */
function noteAccepted(result: { ok: true } | { ok: false; failure: Failure }, tokens: Tokens, token: AccessToken): void {
	const status = result.ok ? 200 : result.failure.facts.httpStatus;
	if (status !== null && status !== 401 && status < 500) tokens.accepted(token);
}

function headersWith(token: AccessToken): Record<string, string> {
	return { authorization: `Bearer ${token.value}`, accept: 'application/json', 'user-agent': 'n8n-nodes-pinterest-jobs' };
}
