import { refuse, type Answer } from '../answers';
import type { State } from '../state';
import { allScopes, type TokenPair } from '../tokens';
import type { App } from '../world';
import type { OpenCall, OpenRoute } from './route';
import { webAddressOf } from '../web-address';

export const oauthRoutes: OpenRoute[] = [
	{ operation: 'oauthToken', method: 'POST', pattern: /^\/v5\/oauth\/token\/?$/, kind: 'open', handle: token },
	{ operation: 'oauthConsent', method: 'GET', pattern: /^\/oauth\/?$/, kind: 'open', handle: consent },
];

function token(state: State, { headers, body }: OpenCall): Answer {
	const app = appOf(state, headers.authorization?.toString());
	if (!app) return refuse.wrongApp();
	const form = new URLSearchParams(body.toString());
	const type = form.get('grant_type');
	switch (type) {
		case 'refresh_token':
			return granted(state, type, state.tokens.rotate(form.get('refresh_token') ?? '', app.id));
		case 'authorization_code':
			return granted(state, type, state.tokens.redeem(form.get('code') ?? '', app.id, form.get('redirect_uri')));
		default:
			return refuse.unknownGrantType();
	}
}

function appOf(state: State, authorization = ''): App | null {
	const basic = /^Basic (.+)$/i.exec(authorization)?.[1] ?? '';
	const [id = '', secret] = Buffer.from(basic, 'base64').toString().split(':');
	const app = state.world.apps.get(id);
	return app && app.secret === secret ? app : null;
}

function granted(state: State, type: string, pair: TokenPair | null): Answer {
	if (!pair) return refuse.wrongGrant();
	const seconds = (ms: number) => Math.floor(ms / 1000);
	return {
		status: 200,
		body: {
			response_type: type,
			access_token: pair.accessToken,
			token_type: 'bearer',
			expires_in: seconds(pair.expiresAt - state.now),
			scope: pair.scopes.join(' '),
			refresh_token: pair.refreshToken,
			refresh_token_expires_in: seconds(pair.refreshExpiresAt - state.now),
			refresh_token_expires_at: seconds(pair.refreshExpiresAt),
		},
	};
}

/** Pinterest's consent page: asks which account it is, and sends the browser back with a code. */
function consent(state: State, { query }: OpenCall): Answer {
	const app = state.world.apps.get(query.get('client_id') ?? '');
	const back = query.get('redirect_uri') ?? '';
	if (!app || query.get('response_type') !== 'code' || !/^https?:\/\//.test(back) || !webAddressOf(back)) {
		return html(400, '<p>client_id, redirect_uri or response_type is wrong.</p>');
	}
	const accounts = [...state.world.accounts.values()].filter((account) => account.app === app);
	const chosen = accounts.length === 1 ? accounts[0] : accounts.find(({ name }) => name === query.get('account'));
	if (!chosen) return html(200, accounts.map(({ name }) => choice(name, query)).join(''));
	const scopes = (query.get('scope') ?? '').split(/[\s,]+/).filter(Boolean);
	const target = new URL(back);
	target.searchParams.set('code', state.tokens.authorize(chosen, scopes.length > 0 ? scopes : allScopes, back));
	const given = query.get('state');
	if (given !== null) target.searchParams.set('state', given);
	return { ...html(302, ''), headers: { Location: target.href } };
}

function choice(name: string, query: URLSearchParams): string {
	const next = new URLSearchParams(query);
	next.set('account', name);
	return `<p><a href="?${escaped(next.toString())}">Continue as ${escaped(name)}</a></p>`;
}

function html(status: number, body: string): Answer {
	const page = `<!doctype html><title>Pinterest sandbox</title><h1>Pinterest sandbox</h1>${body}`;
	return { status, body: page, headers: { 'Content-Type': 'text/html; charset=utf-8' } };
}

const escaped = (text: string) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
