import { createHash } from 'node:crypto';
import { LoggerProxy, type ICredentialDataDecryptedObject } from 'n8n-workflow';
import { Engine, type EngineConfig } from '../../src';
import { ENGINE_CREDENTIAL, engineConfigOf } from './credential';

/** A use of the engine of one credential. `release` once, when done with it; later calls do nothing. */
export interface Borrowed {
	engine: Engine;
	release(): void;
}

interface Shared {
	engine: Engine;
	users: number;
	idle: NodeJS.Timeout | null;
}

// Long enough for the next item, execution or re-activation to find the connections open.
const IDLE_MS = 30_000;

const engines = new Map<string, Shared>();

/** The engine of this configuration, shared by all who use it in this process and closed half a minute after the last. */
export function borrowEngine(config: EngineConfig): Borrowed {
	const key = createHash('sha256').update(JSON.stringify(config)).digest('hex');
	const shared = engines.get(key) ?? { engine: Engine.open({ ...config, log }), users: 0, idle: null };
	engines.set(key, shared);
	if (shared.idle) clearTimeout(shared.idle);
	shared.users += 1;
	let released = false;
	return {
		engine: shared.engine,
		release() {
			if (released) return;
			released = true;
			shared.users -= 1;
			if (shared.users === 0) shared.idle = setTimeout(() => closeWhenIdle(key, shared), IDLE_MS).unref();
		},
	};
}

/** The engine of the credential that a node has chosen. */
export async function engineOf(node: {
	getCredentials(type: string): Promise<ICredentialDataDecryptedObject>;
}): Promise<Borrowed & { config: EngineConfig }> {
	const config = engineConfigOf(await node.getCredentials(ENGINE_CREDENTIAL));
	return { config, ...borrowEngine(config) };
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
