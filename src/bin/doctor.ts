import { parseArgs } from 'node:util';
import { Engine } from '../engine';
import { CONNECTION_HELP, CONNECTION_OPTIONS, connectionConfig, tellTimeFactor } from './connection';

const HELP = `pinterest-jobs doctor

Looks at Redis (version, what it keeps, memory, rights, clock), workers, holds, late jobs, Pins in doubt,
failures and deliveries, and says of each that it is well, or what is wrong and what to do.
Exit code 0: nothing to do; 1: warnings; 2: errors, or that nothing could be looked at.

  --probe              also post a signed probe to each subscribed address (with PINTEREST_JOBS_SIGNING_SECRET,
                       and PINTEREST_JOBS_DELIVERY_BASE_URL if n8n's address is a private one)
  --json               the whole health report as JSON
${CONNECTION_HELP}`;

/** `pinterest-jobs doctor`: Health: Get on the command line, with an exit code for monitoring. */
export async function doctor(argv: string[]): Promise<void> {
	const { values } = parseArgs({ args: argv, options: { ...CONNECTION_OPTIONS, probe: { type: 'boolean' }, json: { type: 'boolean' } } });
	if (values.help) return void console.log(HELP);
	const engine = Engine.open(connectionConfig(values));
	tellTimeFactor(engine.settings.timeFactor);
	try {
		const health = await engine.health({ probe: values.probe });
		if (values.json) console.log(JSON.stringify(health, null, 2));
		else for (const { level, message, hint } of health.findings) console.log(`${level.padEnd(9)}${message}${hint ? `\n         ${hint}` : ''}`);
		process.exitCode = health.findings.some(({ level }) => level === 'error') ? 2 : health.findings.some(({ level }) => level === 'warning') ? 1 : 0;
	} finally {
		await engine.close();
	}
}
