// A worker as `pinterest-jobs worker` is one, which finds Redis by asking Sentinel: --redis sentinel://127.0.0.1:26379/name
import { parseArgs } from 'node:util';
import { Engine } from '../../../src';
import { SecretFile } from '../../../src/bin/secret-file';
import { presetOf } from '../../../src/pace/presets';

const text = { type: 'string' } as const;
const { values } = parseArgs({ args: process.argv.slice(3), options: { accounts: text, redis: text, namespace: text, 'time-factor': text } });
const { host, pathname } = new URL(values.redis!);
const secrets = new SecretFile(values.accounts!);
const engine = Engine.open({
	redis: { mode: 'sentinel', nodes: [host], sentinelName: pathname.slice(1) }, namespace: values.namespace!, timeFactor: Number(values['time-factor']),
	signingSecret: process.env.PINTEREST_JOBS_SIGNING_SECRET || undefined, log: (line) => console.log(JSON.stringify(line)),
});

void work();

async function work(): Promise<void> {
	for (const { account, client, pace } of await secrets.accounts()) {
		await engine.serve({ account, client: client ?? null, token: secrets.tokenSource(account), pace: presetOf(pace ?? 'standard') });
	}
	await new Promise<void>((resolve) => { for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve()); });
	await engine.close();
}
