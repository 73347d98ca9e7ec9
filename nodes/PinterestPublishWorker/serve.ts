import { LoggerProxy, type ITriggerFunctions } from 'n8n-workflow';
import type { ServedAccount } from '../../src';
import { CREDENTIAL_FRESH_MS, credentialFollower, type Held } from '../shared/engine';
import { repeat } from '../shared/repeat';

/** Serves the account until `stop`, on the engine of the node's credential as that is by then. `first` is released here. */
export async function serve(node: Pick<ITriggerFunctions, 'getCredentials'>, first: Held, account: ServedAccount): Promise<{ stop(): Promise<void> }> {
	let current = await serveOn(first, account);
	const everyMs = Math.max(1000, CREDENTIAL_FRESH_MS / (first.config.timeFactor ?? 1));
	const changedEngine = credentialFollower(node, `the worker of ${account.account}`);
	const following = repeat(`reading the engine credential of ${account.account}`, everyMs, async () => {
		const changed = await changedEngine(current.held);
		if (!changed) return;
		const before = current;
		// The new one begins before the old one ends: somebody publishes all the time, and what is in flight ends where it began.
		current = await serveOn(changed, account);
		LoggerProxy.info(`Pinterest jobs: the worker of ${account.account} goes on with the changed engine credential.`);
		await before.stop(true);
	}, everyMs);
	return {
		async stop() {
			await following.stop();
			await current.stop();
		},
	};
}

async function serveOn(held: Held, account: ServedAccount): Promise<{ held: Held; stop(forGood?: boolean): Promise<void> }> {
	let served: { stop(): Promise<void> } | null = null;
	try {
		served = await held.engine.serve(account);
	} finally {
		if (!served) held.release();
	}
	return { held, stop: (forGood) => served.stop().finally(() => held.release(forGood)) };
}
