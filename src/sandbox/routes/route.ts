import type { IncomingMessage } from 'node:http';
import type { Answer } from '../answers';
import type { PinContent, LedgerCall } from '../ledger';
import type { State } from '../state';
import type { Account } from '../world';

/** A call as a route sees it: its body was read and its token, where it needs one, is good. */
export interface OpenCall {
	headers: Record<string, string | string[] | undefined>;
	/** What the groups of the route's pattern matched. */
	params: string[];
	query: URLSearchParams;
	body: Buffer;
	record: LedgerCall;
}

export interface ApiCall extends OpenCall {
	account: Account;
	/** How many times this very call has been made, this time included. */
	nth: number;
	/** A created Pin comes into being only after the answer failed. */
	late: boolean;
}

interface Common {
	/** The name the ledger and scripted faults know it by. */
	operation: string;
	method: 'GET' | 'POST' | 'DELETE';
	pattern: RegExp;
}

/** A call of the API that needs a bearer token. */
export interface BearerRoute extends Common {
	kind: 'read' | 'write';
	scopes: string[];
	/** What the call is about, as far as the body can be understood; decides faults and is kept in the ledger. */
	content?(state: State, account: Account, body: Buffer): PinContent | null;
	handle(state: State, call: ApiCall): Answer;
}

/** A call that brings no bearer token: the token endpoint, the file upload, the consent page. */
export interface OpenRoute extends Common {
	kind: 'open';
	handle(state: State, call: OpenCall): Answer;
}

export interface StreamCall extends Omit<OpenCall, 'body'> {
	request: IncomingMessage;
}

/** An answer whose body is sent as it is made; after `cutAt` bytes the connection ends. */
export interface PouredFile {
	status: number;
	headers: Record<string, string>;
	chunks: AsyncIterable<Buffer>;
	cutAt: number | null;
}

/** A call without bearer token whose body, or whose answer's body, may be too large to be held. */
export interface StreamRoute extends Common {
	kind: 'stream';
	/** Reads the body to its end; what it gives back does what was asked, unless a fault comes before. */
	handle(state: State, call: StreamCall): Promise<() => Answer | PouredFile>;
}

export type Route = BearerRoute | OpenRoute | StreamRoute;

/** The JSON of a body; undefined when it is none. */
export function jsonOf(body: Buffer): unknown {
	try {
		return JSON.parse(body.toString());
	} catch {
		return undefined;
	}
}

/** Instants come back without a zone (observed in public code, 2026-11). */
export const nakedDate = (at: number): string => new Date(at).toISOString().slice(0, 19);
