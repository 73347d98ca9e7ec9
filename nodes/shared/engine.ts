import { createHash } from 'node:crypto';
import { LoggerProxy, type ICredentialDataDecryptedObject } from 'n8n-workflow';
import { Engine, type EngineConfig } from '../../src';
import { atMost } from './at-most';
import { ENGINE_CREDENTIAL, engineConfigOf } from './credential';

/** A use of the engine of one credential. `release` once, when done with it; later calls do nothing. */
export interface Borrowed {
	engine: Engine;
	/** With `forGood`, when nobody will ask for it again, it does not wait for that. */
	release(forGood?: boolean): void;
}

/** A use, with the configuration it was borrowed for. */
export type Held = Borrowed & { config: EngineConfig };

type Node = { getCredentials(type: string): Promise<ICredentialDataDecryptedObject> };

interface Shared {
	engine: Engine;
	users: number;
	idle: NodeJS.Timeout | null;
}

// Long enough for the next item, execution or re-activation to find the connections open.
const IDLE_MS = 30_000;

const engines = new Map<string, Shared>();

// A hundred nodes of one workflow ask together, and each read is a query of n8n's database.
const reading = atMost(4);

/** How often a node that runs on looks whether its credential was changed. */
export const CREDENTIAL_FRESH_MS = 60_000;

/** The engine of this configuration, shared by all who use it in this process and closed half a minute after the last. */
export function borrowEngine(config: EngineConfig): Borrowed {
	const key = keyOf(config);
	const shared = engines.get(key) ?? { engine: Engine.open({ ...config, log }), users: 0, idle: null };
	engines.set(key, shared);
	if (shared.idle) clearTimeout(shared.idle);
	shared.users += 1;
	let released = false;
	return {
		engine: shared.engine,
		release(forGood = false) {
			if (released) return;
			released = true;
			shared.users -= 1;
			if (shared.users > 0) return;
			if (forGood) closeWhenIdle(key, shared);
			else shared.idle = setTimeout(() => closeWhenIdle(key, shared), IDLE_MS).unref();
		},
	};
}

/** The engine of the credential that a node has chosen. */
export async function engineOf(node: Node): Promise<Held> {
	const config = engineConfigOf(await node.getCredentials(ENGINE_CREDENTIAL));
	return { config, ...borrowEngine(config) };
}

/**
 * For a node that runs on: the engine of its credential when that was changed since `held` was borrowed, which is then the caller's
 * to release; else null. n8n starts no node anew because its credential was changed. What cannot be read, or makes no sense,
 * stops nobody: that is told once, and null.
 */
export function credentialFollower(node: Node, who: string): (held: Held) => Promise<Held | null> {
	let told = false;
	return async (held) => {
		try {
			const config = await reading(async () => engineConfigOf(await node.getCredentials(ENGINE_CREDENTIAL)));
			const changed = keyOf(config) === keyOf(held.config) ? null : { config, ...borrowEngine(config) };
			told = false;
			return changed;
		} catch (error) {
			if (!told) LoggerProxy.warn(`Pinterest jobs: ${who} goes on with the engine credential as it was: ${(error as Error).message}`);
			told = true;
			return null;
		}
	};
}

/** Closes every engine of this process at once, whoever uses it: for tests and for an end in order. */
export async function closeEngines(): Promise<void> {
	const open = [...engines.values()];
	engines.clear();
	await Promise.all(open.map(async ({ engine, idle }) => {
		if (idle) clearTimeout(idle);
		await engine.close();
	}));
}

const keyOf = (config: EngineConfig) => createHash('sha256').update(JSON.stringify(config)).digest('hex');

function closeWhenIdle(key: string, shared: Shared): void {
	if (shared.users > 0 || engines.get(key) !== shared) return;
	engines.delete(key);
	shared.engine.close().catch((error: Error) => LoggerProxy.warn(`Pinterest jobs: closing Redis failed: ${error.message}`));
}

function log(line: Record<string, unknown>): void {
	const text = `Pinterest jobs: ${JSON.stringify(line)}`;
	if (line['level'] === 'error') LoggerProxy.error(text);
	else if (line['level'] === 'warn') LoggerProxy.warn(text);
	else LoggerProxy.debug(text);
}
