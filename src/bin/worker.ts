import { parseArgs } from 'node:util';
import { Engine } from '../engine';
import { EngineError } from '../errors';
import { CONNECTION_HELP, CONNECTION_OPTIONS, connectionConfig } from './connection';
import { SecretFile } from './secret-file';
import { appPaceOf, paceOf } from './secret-pace';

const HELP = `pinterest-jobs worker --accounts secrets.json

Publishes for the accounts of a secret file and delivers events, without n8n.
One owner renews an account's token: either n8n or this worker, not both.

  --accounts FILE      { "accounts": [ { "account": "acme-us", "accessToken": "…", "refreshToken": "…",
                       "appId": "…", "appSecret": "…", "pace": "standard" } ] }, readable by its owner alone.
                       "pace" is "standard", "trial" or { "writesPerMinute": 50, "burst": 5, "concurrent": 2 }, with
                       "writesPerDay" and "linkGapSeconds" where they are limited; "pinsPerDay": 20 beside it is a cap
                       of the account's own; with "neverResend": true a person decides instead of a second send.
                       "appPace": { "writesPerMinute": 1000, "burst": 50, "writesPerDay": 250 } beside "accounts", or
                       some of these, limits all accounts of the app together. Paces are read at the start
${CONNECTION_HELP}

Environment: PINTEREST_JOBS_SIGNING_SECRET signs events; PINTEREST_JOBS_DELIVERY_BASE_URL is n8n's address for them.`;

/** `pinterest-jobs worker`: runs until SIGTERM or SIGINT, then gives back what was not sent and waits for what was. */
export async function worker(argv: string[]): Promise<void> {
	const { values } = parseArgs({ args: argv, options: { ...CONNECTION_OPTIONS, accounts: { type: 'string' } } });
	if (values.help) return void console.log(HELP);
	if (!values.accounts) throw new EngineError('invalid_config', { message: 'No secret file is named.', hint: 'Give --accounts secrets.json; --help shows what is in it.' });
	const secrets = new SecretFile(values.accounts);
	// All of it before anything runs: what makes no sense stops no worker halfway.
	const accounts = (await secrets.accounts()).map((secret) => ({ ...secret, pace: paceOf(secret) }));
	const appPace = appPaceOf(await secrets.appPace());
	const engine = Engine.open({ ...connectionConfig(values), appPace, log: (line) => console.log(JSON.stringify(line)) });
	for (const { account, client, pace, neverResend } of accounts) {
		await engine.serve({ account, client: client ?? null, token: secrets.tokenSource(account), pace, neverResend });
	}
	await stopSignal();
	await engine.close();
	// Nothing of ours is left; the pacer's library keeps timers for slots that were not given back, up to a lease.
	process.exit();
}

function stopSignal(): Promise<void> {
	return new Promise((resolve) => {
		for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
	});
}
