import { randomBytes } from 'node:crypto';

/** The engine credential of a trial: everything in `namespace` of this Redis, events to this n8n, time sped up. */
export function engineCredential({ redisUrl, namespace, n8nUrl, timeFactor }) {
	return {
		name: 'Pinterest Job Engine account',
		type: 'pinterestJobsEngineApi',
		data: {
			connection: 'url',
			url: redisUrl,
			namespace,
			signingSecret: randomBytes(32).toString('base64'),
			deliveryBaseUrl: n8nUrl,
			advanced: true,
			timeFactor,
		},
	};
}

/** An access token of the sandbox, as somebody would paste it. */
export function tokenCredential(account, { baseUrl, accessToken }) {
	return { name: `Pinterest ${account}`, type: 'pinterestJobsAccessTokenApi', data: { environment: 'local', baseUrl, accessToken } };
}

/** An OAuth2 connection to the sandbox, still to be connected. */
export function oauthCredential(account, { baseUrl, app }) {
	const data = { environment: 'local', baseUrl, clientId: app.id, clientSecret: app.secret };
	return { name: `Pinterest ${account}`, type: 'pinterestJobsOAuth2Api', data };
}

/** What "Connect my account" does in the editor: n8n → consent page, where `account` agrees → back to n8n, which keeps the tokens. */
export async function connect(api, credentialId, account) {
	const consentUrl = new URL(await api.rest('GET', `/oauth2-credential/auth?id=${credentialId}`));
	consentUrl.searchParams.set('account', account);
	const consent = await fetch(consentUrl, { redirect: 'manual' });
	const back = consent.headers.get('location');
	if (!back) throw new Error(`The consent page of ${account} answered ${consent.status}: ${await consent.text()}`);
	const { search } = new URL(back);
	const page = await api.rest('GET', `/oauth2-credential/callback${search}`);
	if (/error/i.test(String(page)) && !/successful/i.test(String(page))) throw new Error(`n8n did not connect ${account}: ${page}`);
}

/** Puts another value into a credential that workflows use already. */
export async function changeCredential(api, { id, name, type }, data) {
	await api.rest('PATCH', `/credentials/${id}`, { name, type, data });
}
