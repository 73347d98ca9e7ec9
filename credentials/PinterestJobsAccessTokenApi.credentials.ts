import type { ICredentialDataDecryptedObject, ICredentialTestRequest, ICredentialType, IHttpRequestOptions, INodeProperties } from 'n8n-workflow';
import { environmentFields } from '../nodes/shared/environment.fields';

/** A token made by hand: for trials, the sandboxes, and accounts that another system keeps connected. */
export class PinterestJobsAccessTokenApi implements ICredentialType {
	name = 'pinterestJobsAccessTokenApi';

	displayName = 'Pinterest Jobs Access Token API';

	icon = { light: 'file:../nodes/shared/icons/account.svg', dark: 'file:../nodes/shared/icons/account.dark.svg' } as const;

	documentationUrl = 'https://developers.pinterest.com/docs/getting-started/set-up-authentication-and-authorization/';

	properties: INodeProperties[] = [
		...environmentFields,
		{
			displayName: 'Access Token',
			name: 'accessToken',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description: 'It needs the scopes boards:read, boards:write, pins:read, pins:write and user_accounts:read. When it ends, put a new one here: the worker finds it within a minute.',
		},
	];

	// A function, since n8n evaluates no expression for a worker in the background.
	authenticate = async (credential: ICredentialDataDecryptedObject, request: IHttpRequestOptions): Promise<IHttpRequestOptions> =>
		await Promise.resolve({ ...request, headers: { ...request.headers, Authorization: `Bearer ${String(credential['accessToken'])}` } });

	test: ICredentialTestRequest = {
		request: {
			baseURL: '={{ $credentials.environment === "local" ? $credentials.baseUrl : $credentials.environment === "sandbox" ? "https://api-sandbox.pinterest.com/v5" : "https://api.pinterest.com/v5" }}',
			url: '/user_account',
		},
	};
}
