import { callAtOnce, type CallAnswer } from '../publish/https-call';

const RENEWAL_MS = 15_000;
const MAX_BYTES = 1024 * 1024;

export interface RenewedToken {
	accessToken: string;
	/** Pinterest may rotate it; absent when the former one stays. */
	refreshToken?: string;
}

/** `POST /oauth/token` with the refresh token, HTTP Basic (Pinterest API 5.23 description, 2026-11). No message holds a piece of the answer. */
export async function renewToken(baseUrl: string, secret: { refreshToken: string; appId: string; appSecret: string }): Promise<RenewedToken> {
	const basic = Buffer.from(`${secret.appId}:${secret.appSecret}`).toString('base64');
	const end = await callAtOnce({
		method: 'POST',
		url: `${baseUrl}/oauth/token`,
		headers: { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded' },
		body: Buffer.from(new URLSearchParams({ grant_type: 'refresh_token', refresh_token: secret.refreshToken }).toString()),
		maxBytes: MAX_BYTES,
	}, RENEWAL_MS);
	if (end.kind === 'fault') throw passing(`Pinterest could not be asked to renew the token (${end.code}).`);
	if (isPassing(end.status)) throw passing(`Pinterest could not renew the token for now (HTTP ${end.status}).`);
	if (end.status < 200 || end.status > 299) throw Object.assign(new Error(`Pinterest refused to renew the token (HTTP ${end.status}). Connect the account again.`), { refused: true });
	if (!end.complete) throw passing('The answer to the renewal of the token broke off.');
	return tokensOf(end);
}

/** The token may be as good as ever: nobody could be asked, or Pinterest had a fault of its own. */
const passing = (message: string) => Object.assign(new Error(message), { retryable: true });
const isPassing = (status: number) => status >= 500 || status === 429 || status === 408;

function tokensOf({ body }: CallAnswer): RenewedToken {
	const answer = asJson(body);
	const { access_token: access, refresh_token: refresh } = (answer ?? {}) as { access_token?: unknown; refresh_token?: unknown };
	if (typeof access !== 'string' || access === '') throw new Error('Pinterest answered the renewal without a token.');
	return { accessToken: access, ...(typeof refresh === 'string' && { refreshToken: refresh }) };
}

function asJson(body: Buffer): unknown {
	try {
		return JSON.parse(body.toString('utf8'));
	} catch {
		return null; // its message would quote the answer, which may hold a token
	}
}
