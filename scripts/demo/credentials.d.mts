import type { N8nApi } from '../lib/n8n.mjs';
import type { CredentialOfN8n } from './workflows.mjs';

interface NewCredential {
	name: string;
	type: string;
	data: Record<string, unknown>;
}

/** The engine credential of a trial: everything in `namespace` of this Redis, events to this n8n, time sped up. */
export function engineCredential(of: { redisUrl: string; namespace: string; n8nUrl: string; timeFactor: number }): NewCredential;
/** An access token of the sandbox, as somebody would paste it. */
export function tokenCredential(account: string, token: { baseUrl: string; accessToken: string }): NewCredential;
/** An OAuth2 connection to the sandbox, still to be connected. */
export function oauthCredential(account: string, of: { baseUrl: string; app: { id: string; secret: string } }): NewCredential;
/** What "Connect my account" does in the editor. */
export function connect(api: N8nApi, credentialId: string, account: string): Promise<void>;
/** Puts another value into a credential that workflows use already. */
export function changeCredential(api: N8nApi, credential: CredentialOfN8n, data: object): Promise<void>;
