import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

/** Where the API of a credential's environment is; no slash at the end. */
export function baseUrlOf(credential: ICredentialDataDecryptedObject): string {
	switch (credential['environment']) {
		case 'sandbox':
			return 'https://api-sandbox.pinterest.com/v5';
		case 'local':
			return String(credential['baseUrl'] ?? '').trim().replace(/\/+$/, '');
		default:
			return 'https://api.pinterest.com/v5';
	}
}
