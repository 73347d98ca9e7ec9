import { NodeOperationError, type ICredentialDataDecryptedObject, type ITriggerFunctions } from 'n8n-workflow';
import type { AccessToken, TokenSource } from '../../src';
import { atMost } from '../shared/at-most';
import { baseUrlOf } from '../shared/environment';

export const RENEWED_BY_N8N = 'pinterestJobsOAuth2Api';
export const MADE_BY_HAND = 'pinterestJobsAccessTokenApi';

export type TokenNode = Pick<ITriggerFunctions, 'getNode' | 'getCredentials'> & {
	helpers: Pick<ITriggerFunctions['helpers'], 'httpRequestWithAuthentication'>;
};

// So that reconnecting or rotating in n8n is enough, without n8n's database being asked for every Pin.
const FRESH_MS = 60_000;

// A hundred nodes of one workflow start together, and each read is a query and, from n8n 2.41 on, an isolate for expressions.
const reading = atMost(4);

/** The token of a Worker node, from n8n's credential store; it is held in memory only. */
export function tokenSource(node: TokenNode, credential: typeof RENEWED_BY_N8N | typeof MADE_BY_HAND, now: () => number = Date.now): TokenSource {
	let held: { token: AccessToken; readAt: number } | null = null;

	const read = async (): Promise<AccessToken> => {
		const token = tokenOf(node, credential, await reading(() => node.getCredentials(credential)));
		held = { token, readAt: now() };
		return token;
	};

	return {
		async current() {
			return held && now() - held.readAt < FRESH_MS ? held.token : await read();
		},
		async refresh() {
			const refused = held?.token.value;
			const stored = await read();
			// Somebody was quicker: a person who reconnected, or n8n for another node.
			if (stored.value !== refused) return stored;
			if (credential === RENEWED_BY_N8N) await letN8nRefresh(node, stored.baseUrl);
			else throw unusable(node, 'Pinterest refused the access token. Put a new one into the credential.');
			return await read();
		},
	};
}

/** One read through n8n: on a 401 it renews the token and stores it. Publishing never goes this way: it hides how far a request got. */
async function letN8nRefresh(node: TokenNode, baseUrl: string): Promise<void> {
	try {
		await node.helpers.httpRequestWithAuthentication.call(node as ITriggerFunctions, RENEWED_BY_N8N, {
			method: 'GET',
			url: `${baseUrl}/user_account`,
			json: true,
		});
	} catch (error) {
		// The cause stays here: it holds the request with its authorization header.
		const status = (error as { httpCode?: unknown }).httpCode;
		const failure = unusable(node, `Pinterest did not renew the connection (${String(status ?? 'no answer')}). If it persists, reconnect the credential in n8n.`);
		const retryable = isPassing(error, status);
		// A 403 comes after a renewal too: the new token may not read this.
		throw Object.assign(failure, { retryable, refused: REFUSALS.has(Number(status)) });
	}
}

/** Nobody could be asked, or Pinterest had a fault of its own: the token may be as good as ever. */
function isPassing(error: unknown, status: unknown): boolean {
	if (Number(status) >= 500 || Number(status) === 429) return true;
	const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
	return [code, cause?.code].some((each) => typeof each === 'string' && OF_THE_NETWORK.has(each));
}

const REFUSALS = new Set([400, 401]);
const OF_THE_NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EPIPE']);

function tokenOf(node: TokenNode, credential: string, data: ICredentialDataDecryptedObject): AccessToken {
	const oauth = data['oauthTokenData'] as { access_token?: unknown } | undefined;
	const value = credential === RENEWED_BY_N8N ? oauth?.access_token : data['accessToken'];
	if (typeof value !== 'string' || value === '') {
		throw unusable(node, credential === RENEWED_BY_N8N ? 'The credential is not connected to Pinterest yet.' : 'The credential holds no access token.');
	}
	return { value, baseUrl: baseUrlOf(data) };
}

const unusable = (node: TokenNode, message: string) => new NodeOperationError(node.getNode(), message);
