export interface PinCall {
	/** Base URL of the API, with /v5. */
	url: string;
	token: string;
	body: object;
}

export interface CallOutcome {
	kind: 'published' | 'refused' | 'not created' | 'unknown';
	why: string;
	/** How long the answer asks to wait, ms; 0 when it does not. */
	waitMs: number;
}

export function postPin(call: PinCall, timeoutMs: number): Promise<CallOutcome>;
export function outcomeOf(status: number, text: string, waitMs: number): CallOutcome;
