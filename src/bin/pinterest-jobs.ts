#!/usr/bin/env node
import { describe, struckOut } from '../log';

/** Each command is loaded when it is asked for, so that one does not pay for the others. */
const COMMANDS: Record<string, { summary: string; run(argv: string[]): Promise<void> }> = {
	worker: { summary: 'publish for the accounts of a secret file, without n8n', run: async (argv) => (await import('./worker')).worker(argv) },
	sandbox: { summary: 'start a stand-in for Pinterest, with a ledger and faults', run: async (argv) => (await import('./sandbox')).sandbox(argv) },
	jobs: { summary: 'look at jobs and failures, work on them, put them back', run: async (argv) => (await import('./jobs')).jobs(argv) },
	subscriptions: { summary: 'say who is told of events, and deliver them again', run: async (argv) => (await import('./subscriptions')).subscriptions(argv) },
	policy: { summary: 'say when an error is tried again, and who gets it in the end', run: async (argv) => (await import('./policy')).policy(argv) },
	doctor: { summary: 'say what is wrong with Redis, workers and accounts, and what to do', run: async (argv) => (await import('./doctor')).doctor(argv) },
	'worker-workflow': { summary: 'make a workflow with one Worker node per account of a CSV file', run: async (argv) => (await import('./worker-workflow')).workerWorkflow(argv) },
};

function usage(): string {
	const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(17)}${summary}`);
	return `pinterest-jobs <command> [options]\n\n${lines.join('\n')}\n\nEach command tells its options with --help.`;
}

async function main([name, ...argv]: string[]): Promise<void> {
	if (name === undefined || name === '--help' || name === 'help') return void console.log(usage());
	const command = COMMANDS[name];
	if (!command) throw new Error(`There is no command "${name}".\n\n${usage()}`);
	await command.run(argv);
}

main(process.argv.slice(2)).catch((error: unknown) => {
	// What was typed may be said again, and be a URL with a password.
	const message = struckOut(describe(error).message);
	const hint = (error as { hint?: unknown }).hint;
	console.error(typeof hint === 'string' ? `${message}\n${hint}` : message);
	process.exitCode = process.argv[2] === 'doctor' ? 2 : 1;
});
