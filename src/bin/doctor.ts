import { parseArgs } from 'node:util';
import { Engine } from '../engine';
import { CONNECTION_HELP, CONNECTION_OPTIONS, connectionConfig, tellTimeFactor } from './connection';

const HELP = `pinterest-jobs doctor

Says what is wrong with Redis, the workers and the accounts, and what to do.
Exit code 0: nothing to do; 1: warnings; 2: errors.

  --json               the whole health report as JSON
${CONNECTION_HELP}`;

/** `pinterest-jobs doctor`: Health: Get on the command line, with an exit code for monitoring. */
export async function doctor(argv: string[]): Promise<void> {
	const { values } = parseArgs({ args: argv, options: { ...CONNECTION_OPTIONS, json: { type: 'boolean' } } });
	if (values.help) return void console.log(HELP);
	const engine = Engine.open(connectionConfig(values));
	tellTimeFactor(engine.settings.timeFactor);
	try {
		const health = await engine.health();
		if (values.json) console.log(JSON.stringify(health, null, 2));
		else for (const { level, message, hint } of health.findings) console.log(`${level.padEnd(8)}${message}${hint ? `\n        ${hint}` : ''}`);
		process.exitCode = health.findings.some(({ level }) => level === 'error') ? 2 : health.findings.some(({ level }) => level === 'warning') ? 1 : 0;
	} finally {
		await engine.close();
	}
}
