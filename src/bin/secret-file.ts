import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import type { PaceSettings } from '../config';
import { EngineError } from '../errors';
import type { AccessToken, TokenSource } from '../publish/contract';
import { renewToken } from './token-renewal';

/** One account of the standalone worker's secret file. */
export interface SecretAccount {
	account: string;
	client?: string;
	accessToken: string;
	/** With app id and secret: the token is renewed when Pinterest refuses it, and written back here before it is used. */
	refreshToken?: string;
	appId?: string;
	appSecret?: string;
	/** Default https://api.pinterest.com/v5. */
	baseUrl?: string;
	pace?: 'standard' | 'trial' | PaceSettings;
	/** A job whose Pin was proven absent waits for a person's verdict instead of being sent again. */
	neverResend?: boolean;
}

const DEFAULT_BASE_URL = 'https://api.pinterest.com/v5';

/** The accounts of a secret file. `invalid_config` when it cannot be read, or when others than its owner may read it. */
export class SecretFile {
	private writing: Promise<unknown> = Promise.resolve();

	constructor(private readonly path: string) {}

	async accounts(): Promise<SecretAccount[]> {
		await this.refuseIfShared();
		const accounts = (this.parsed(await readFile(this.path, 'utf8')) as { accounts?: unknown } | null)?.accounts;
		if (!Array.isArray(accounts) || accounts.length === 0) {
			throw new EngineError('invalid_config', { message: `${this.path} names no accounts.`, hint: 'Write { "accounts": [ { "account": "acme-us", "accessToken": "…" } ] }.' });
		}
		const unclear = (accounts as SecretAccount[]).find(({ neverResend = false }) => typeof neverResend !== 'boolean');
		if (unclear) throw new EngineError('invalid_config', { message: `neverResend of ${unclear.account} is neither true nor false.`, hint: 'Write "neverResend": true, or leave it out.' });
		return accounts as SecretAccount[];
	}

	/** Where one account's token comes from; read again each time, so that an edit of the file is enough. */
	tokenSource(label: string): TokenSource {
		let renewal: Promise<AccessToken> | null = null;
		const current = async () => tokenOf(await this.find(label));
		const refresh = () => renewal ??= this.renew(label).finally(() => { renewal = null; });
		return { current, refresh };
	}

	private async find(label: string): Promise<SecretAccount> {
		const found = (await this.accounts()).find(({ account }) => account === label);
		if (!found) throw new EngineError('invalid_config', { message: `${this.path} no longer names ${label}.` });
		return found;
	}

	private async renew(label: string): Promise<AccessToken> {
		const secret = await this.find(label);
		const { refreshToken, appId, appSecret } = secret;
		if (!refreshToken || !appId || !appSecret) throw new Error(`The token of ${label} is not accepted and there is no refresh token. Write a new one into the secret file.`);
		const fresh = await renewToken(tokenOf(secret).baseUrl, { refreshToken, appId, appSecret });
		// Pinterest may rotate the refresh token: keep the new one before anybody uses the new access token.
		await this.save(label, fresh);
		return this.tokenSource(label).current();
	}

	private save(label: string, fresh: Partial<SecretAccount>): Promise<unknown> {
		const write = async () => {
			const all = await this.accounts();
			const next = all.map((entry) => (entry.account === label ? { ...entry, ...fresh } : entry));
			const draft = `${this.path}.new`;
			await writeFile(draft, `${JSON.stringify({ accounts: next }, null, 2)}\n`, { mode: 0o600 });
			await rename(draft, this.path);
		};
		this.writing = this.writing.then(write, write);
		return this.writing;
	}

	private parsed(text: string): unknown {
		try {
			return JSON.parse(text);
		} catch (error) {
			// Neither message nor cause is passed on: Node quotes the file there, and with it a token.
			const at = /at position (\d+)/.exec((error as SyntaxError).message)?.[1];
			const line = at === undefined ? '' : ` near line ${text.slice(0, Number(at)).split('\n').length}`;
			throw new EngineError('invalid_config', { message: `${this.path} is no valid JSON${line}.`, hint: 'Look for a missing comma or quote.' });
		}
	}

	private async refuseIfShared(): Promise<void> {
		const { mode } = await stat(this.path).catch((cause: unknown) => {
			throw new EngineError('invalid_config', { message: `The secret file ${this.path} cannot be read.` }, { cause });
		});
		if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
			throw new EngineError('invalid_config', { message: `Others may read ${this.path}.`, hint: `chmod 600 ${this.path}` });
		}
	}
}

function tokenOf(secret: SecretAccount): AccessToken {
	return { value: secret.accessToken, baseUrl: (secret.baseUrl ?? DEFAULT_BASE_URL).replace(/\/+$/, '') };
}
