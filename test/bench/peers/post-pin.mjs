/**
 * POST /v5/pins as a careful program of ours would do it without the engine. Never throws; says what became of the Pin as far
 * as one answer can tell: `published`, `refused` (the content is), `not created` (try later, `waitMs` if told), `unknown`.
 */
export async function postPin({ url, token, body }, timeoutMs) {
	try {
		const response = await fetch(`${url}/pins`, {
			method: 'POST',
			headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
			body: JSON.stringify(body),
			signal: AbortSignal.timeout(timeoutMs),
		});
		return outcomeOf(response.status, await response.text(), Number(response.headers.get('x-ratelimit-reset') ?? 0) * 1000);
	} catch (error) {
		const why = error.cause?.code ?? error.cause?.message ?? error.name;
		return { kind: why === 'ECONNREFUSED' ? 'not created' : 'unknown', why, waitMs: 0 };
	}
}

/** What an answer says of the Pin. A 409 and a 429 are given before anything is done, so their Pin does not exist. */
export function outcomeOf(status, text, waitMs) {
	const why = `HTTP ${status}`;
	if (status === 201) return hasId(text) ? { kind: 'published', why, waitMs: 0 } : { kind: 'unknown', why: 'no Pin in the answer', waitMs: 0 };
	if (status === 429) return { kind: 'not created', why, waitMs };
	if (status === 409) return { kind: 'not created', why, waitMs: 0 };
	return { kind: status >= 400 && status < 500 && status !== 408 ? 'refused' : 'unknown', why, waitMs: 0 };
}

function hasId(text) {
	try {
		return typeof JSON.parse(text).id === 'string';
	} catch (error) {
		if (error instanceof SyntaxError) return false;
		throw error;
	}
}
