import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { complaintAbout, Sandbox, type SandboxOptions, type WorldView } from '../sandbox';
import { tellTimeFactor } from './connection';

const help = `pinterest-jobs sandbox: a stand-in for Pinterest API v5, for trying and testing.

  --port 4010            the port; 0 takes a free one
  --host 127.0.0.1       the address to listen on
  --accounts a,b         accounts to make, with two boards each (default: acme-us,acme-eu)
  --seed 1               what all chance is drawn from
  --time-factor 1        divides read lag, rate windows and hangs
  --faults 429=0.05,commitThenHang=0.05       chance of each fault on creating a Pin
  --read-faults error500Before=0.03           chance of each fault on reading
  --config file.json     more options (consistency, rates, world …); the flags above win
  --json                 print the world as JSON

Steer it by HTTP under /_sandbox, for example: curl http://127.0.0.1:4010/_sandbox/summary`;

const flags = {
	port: { type: 'string' },
	host: { type: 'string' },
	accounts: { type: 'string' },
	seed: { type: 'string' },
	'time-factor': { type: 'string' },
	faults: { type: 'string' },
	'read-faults': { type: 'string' },
	config: { type: 'string' },
	json: { type: 'boolean' },
	help: { type: 'boolean', short: 'h' },
} as const;

/** Runs a sandbox until SIGINT or SIGTERM. Rejects with a sentence when an argument is wrong or the port is taken. */
export async function sandbox(argv: string[]): Promise<void> {
	const { values } = parseArgs({ args: argv, options: flags });
	if (values.help) return console.log(help);
	const options = optionsOf(values, values.config === undefined ? {} : await readConfig(values.config));
	const complaint = complaintAbout('config', options);
	if (complaint) throw new Error(complaint);
	const running = await Sandbox.start(options);
	tellTimeFactor(options.timeFactor);
	const world = running.control.world();
	console.log(values.json ? JSON.stringify(world, null, 2) : described(world, running.origin));
	await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
	await running.stop();
}

type Values = ReturnType<typeof parseArgs<{ options: typeof flags }>>['values'];

function optionsOf(values: Values, config: SandboxOptions): SandboxOptions {
	const given: SandboxOptions = {
		port: values.port === undefined ? undefined : Number(values.port),
		host: values.host,
		accounts: values.accounts?.split(','),
		seed: values.seed,
		timeFactor: values['time-factor'] === undefined ? undefined : Number(values['time-factor']),
		faults: values.faults === undefined ? undefined : shares(values.faults),
		readFaults: values['read-faults'] === undefined ? undefined : shares(values['read-faults']),
	};
	const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
	const { world, ...others } = config;
	// Accounts named on the command line stand against a world from the file.
	const kept = world && values.accounts === undefined ? { world } : {};
	return { port: 4010, accounts: ['acme-us', 'acme-eu'], ...others, ...kept, ...set };
}

/** `name=0.05,other=0.1` as an object. */
function shares(text: string): Record<string, number> {
	return Object.fromEntries(text.split(',').map((pair) => [pair.split('=')[0]!.trim(), Number(pair.split('=')[1])]));
}

async function readConfig(file: string): Promise<SandboxOptions> {
	try {
		return JSON.parse(await readFile(file, 'utf8')) as SandboxOptions;
	} catch (cause) {
		throw new Error(`${file} cannot be read as JSON: ${(cause as Error).message}`, { cause });
	}
}

function described({ url, authorizeUrl, tokenUrl, apps, accounts }: WorldView, origin: string): string {
	const lines = [`Pinterest sandbox: ${url}`, `  OAuth: ${authorizeUrl} and ${tokenUrl}`];
	for (const { id, secret } of apps) lines.push(`  App: id ${id}, secret ${secret}`);
	for (const account of accounts) {
		lines.push('', `Account ${account.name} (user ${account.userId})`);
		lines.push(`  Access token:  ${account.accessToken}`, `  Refresh token: ${account.refreshToken}`);
		for (const { id, name, sections } of account.boards) {
			const named = sections.map((section) => `${section.name} ${section.id}`).join(', ');
			lines.push(`  Board ${name}: ${id}${named && ` (sections: ${named})`}`);
		}
	}
	return [...lines, '', `Ledger: ${origin}/_sandbox/summary · Ctrl-C ends it.`].join('\n');
}
