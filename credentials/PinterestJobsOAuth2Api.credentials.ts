import type { ICredentialType, INodeProperties } from 'n8n-workflow';
import { environmentFields } from '../nodes/shared/environment.fields';

const LOCAL = '$self["environment"] === "local"';
const LOCAL_BASE = '$self["baseUrl"].replace(/\\/+$/, "")';

// What publishing needs, no more; n8n joins a list with commas by commas (Pinterest API 5.23 description, 2026-11).
const SCOPES = 'boards:read,boards:write,pins:read,pins:write,user_accounts:read';
const SECRET_SCOPES = 'boards:read_secret,boards:write_secret,pins:read_secret,pins:write_secret';

/** A connection that n8n renews by itself. */
export class PinterestJobsOAuth2Api implements ICredentialType {
	name = 'pinterestJobsOAuth2Api';

	extends = ['oAuth2Api'];

	displayName = 'Pinterest Jobs OAuth2 API';

	icon = { light: 'file:../nodes/shared/icons/account.svg', dark: 'file:../nodes/shared/icons/account.dark.svg' } as const;

	documentationUrl = 'https://developers.pinterest.com/docs/getting-started/set-up-authentication-and-authorization/';

	properties: INodeProperties[] = [
		...environmentFields,
		{
			displayName: 'Secret Boards',
			name: 'privateBoards',
			type: 'boolean',
			default: false,
			description: 'Whether to ask for permission to publish to secret boards too; your Pinterest app must have it. Reconnect after a change.',
		},
		{ displayName: 'Grant Type', name: 'grantType', type: 'hidden', default: 'authorizationCode' },
		{
			displayName: 'Authorization URL',
			name: 'authUrl',
			type: 'hidden',
			default: `={{ ${LOCAL} ? ${LOCAL_BASE}.replace(/\\/v5$/, "") + "/oauth/" : "https://www.pinterest.com/oauth/" }}`,
		},
		{
			displayName: 'Access Token URL',
			name: 'accessTokenUrl',
			type: 'hidden',
			default: `={{ ${LOCAL} ? ${LOCAL_BASE} + "/oauth/token" : $self["environment"] === "sandbox" ? "https://api-sandbox.pinterest.com/v5/oauth/token" : "https://api.pinterest.com/v5/oauth/token" }}`,
		},
		{
			displayName: 'Scope',
			name: 'scope',
			type: 'hidden',
			default: `={{ $self["privateBoards"] ? "${SCOPES},${SECRET_SCOPES}" : "${SCOPES}" }}`,
		},
		{ displayName: 'Auth URI Query Parameters', name: 'authQueryParameters', type: 'hidden', default: '' },
		// Apps made before 2025-09-25 get a refresh token that can be renewed only when they ask for it (Pinterest API description, 2026-11).
		{ displayName: 'Additional Body Properties', name: 'additionalBodyProperties', type: 'hidden', default: '{"continuous_refresh":"true"}' },
		{ displayName: 'Authentication', name: 'authentication', type: 'hidden', default: 'header' },
	];
}
