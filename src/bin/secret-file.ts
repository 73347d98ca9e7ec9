import type { BigIntStats } from 'node:fs';
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
	/** Pins in any 24 hours, beside what the pace says. */
	pinsPerDay?: number;
	/** A job whose Pin was proven absent waits for a person's verdict instead of being sent again. */
	neverResend?: boolean;
}

const DEFAULT_BASE_URL = 'https://api.pinterest.com/v5';

/** Two edits within this time may leave the same stamp: file systems count in steps of up to 2 s. */
const STAMP_MS = 2000;

/** The file as it was read. */
interface Reading {
	stamp: string;
	/** It may have been edited again without another stamp. */
	isYoung: boolean;
	contents: Promise<Contents>;
}

/** In the order of the file; of two with one name, the first is found. */
interface Contents {
	all: SecretAccount[];
	byLabel: Map<string, SecretAccount>;
	/** What else stands in the file. */
	rest: { appPace?: unknown };
}

/** The accounts of a secret file. `invalid_config` when it cannot be read, or when others than its owner may read it. */
export class SecretFile {
	private writing: Promise<unknown> = Promise.resolve();
	private reading: Reading | null = null;

	constructor(private readonly path: string) {}

	async accounts(): Promise<SecretAccount[]> {
		return [...(await this.asItIs()).all];
	}

	/** The limits over the whole app as the file has them; undefined when it names none. */
	async appPace(): Promise<unknown> {
		return (await this.asItIs()).rest.appPace;
	}

	/** Read anew only when it was changed: every account asks for its token twice a minute, and at every call. */
	private async asItIs(): Promise<Contents> {
		const found = await this.unsharedStats();
		const stamp = [found.ino, found.size, found.mtimeNs, found.ctimeNs].join();
		if (this.reading?.stamp === stamp && !this.reading.isYoung) return this.reading.contents;
		const isYoung = Date.now() - Number(found.mtimeMs) < STAMP_MS;
		const reading: Reading = { stamp, isYoung, contents: this.read() };
		this.reading = reading;
		return reading.contents.catch((error: unknown) => {
			if (this.reading === reading) this.reading = null;
			throw error;
		});
	}

	private async read(): Promise<Contents> {
		const { accounts, ...rest } = (this.parsed(await readFile(this.path, 'utf8')) ?? {}) as { accounts?: unknown };
		if (!Array.isArray(accounts) || accounts.length === 0) {
			throw new EngineError('invalid_config', { message: `${this.path} names no accounts.`, hint: 'Write { "accounts": [ { "account": "acme-us", "accessToken": "…" } ] }.' });
		}
		const unclear = (accounts as SecretAccount[]).find(({ neverResend = false }) => typeof neverResend !== 'boolean');
		if (unclear) throw new EngineError('invalid_config', { message: `neverResend of ${unclear.account} is neither true nor false.`, hint: 'Write "neverResend": true, or leave it out.' });
		const all = accounts as SecretAccount[];
		return { all, byLabel: new Map([...all].reverse().map((one) => [one.account, one])), rest };
	}

	/** Where one account's token comes from; an edit of the file is enough to change it. */
	tokenSource(label: string): TokenSource {
		let renewal: Promise<AccessToken> | null = null;
		const current = async () => tokenOf(await this.find(label));
		const refresh = () => renewal ??= this.renew(label).finally(() => { renewal = null; });
		return { current, refresh };
	}

	private async find(label: string): Promise<SecretAccount> {
		const found = (await this.asItIs()).byLabel.get(label);
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
			const { all, rest } = await this.asItIs();
			const next = all.map((entry) => (entry.account === label ? { ...entry, ...fresh } : entry));
			const draft = `${this.path}.new`;
			await writeFile(draft, `${JSON.stringify({ ...rest, accounts: next }, null, 2)}\n`, { mode: 0o600 });
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

	private async unsharedStats(): Promise<BigIntStats> {
		const found = await stat(this.path, { bigint: true }).catch((cause: unknown) => {
			throw new EngineError('invalid_config', { message: `The secret file ${this.path} cannot be read.` }, { cause });
		});
		if (process.platform !== 'win32' && (found.mode & 0o077n) !== 0n) {
			throw new EngineError('invalid_config', { message: `Others may read ${this.path}.`, hint: `chmod 600 ${this.path}` });
		}
		return found;
	}
}

function tokenOf(secret: SecretAccount): AccessToken {
	return { value: secret.accessToken, baseUrl: (secret.baseUrl ?? DEFAULT_BASE_URL).replace(/\/+$/, '') };
}
