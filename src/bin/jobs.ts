import { parseArgs } from 'node:util';
import { Engine } from '../engine';
import type { JobState, QueueName } from '../job/job';
import type { JobView } from '../job/view';
import { CONNECTION_HELP, CONNECTION_OPTIONS, connectionConfig } from './connection';

const HELP = `pinterest-jobs jobs get ID … | list | requeue ID …

  --state STATE        list: queued, running, retry_scheduled, succeeded, failed, canceled
  --account NAME       list: of this account
  --queue NAME         list: ops, client, engineering
  --limit N            list: at most N (default 50)
  --board ID           requeue: onto this board
  --link URL           requeue: with this link
  --by NAME            requeue: who does it (default: the user of this machine)
  --json               one JSON object a line instead of a table
${CONNECTION_HELP}`;

const OPTIONS = {
	...CONNECTION_OPTIONS,
	state: { type: 'string' }, account: { type: 'string' }, queue: { type: 'string' }, limit: { type: 'string' },
	board: { type: 'string' }, link: { type: 'string' }, by: { type: 'string' }, json: { type: 'boolean' },
} as const;

/** `pinterest-jobs jobs`: the job view on the command line. */
export async function jobs(argv: string[]): Promise<void> {
	const { values, positionals: [action, ...ids] } = parseArgs({ args: argv, options: OPTIONS, allowPositionals: true });
	if (values.help || action === undefined) return void console.log(HELP);
	const engine = Engine.open(connectionConfig(values));
	try {
		for (const job of await chosen(engine, action, ids, values)) console.log(values.json ? JSON.stringify(job) : lineOf(job));
	} finally {
		await engine.close();
	}
}

async function chosen(engine: Engine, action: string, ids: string[], values: Record<string, unknown>): Promise<JobView[]> {
	const text = (name: string) => (typeof values[name] === 'string' ? values[name] : undefined);
	if (action === 'get') return Promise.all(ids.map((id) => engine.get(id)));
	if (action === 'list') {
		const states = text('state') === undefined ? undefined : [text('state') as JobState];
		const limit = Number(text('limit') ?? 50);
		return (await engine.list({ states, account: text('account'), queue: text('queue') as QueueName | undefined, limit })).jobs;
	}
	if (action === 'requeue') {
		const fields = { ...(text('board') ? { boardId: text('board') } : {}), ...(text('link') ? { link: text('link') } : {}) };
		const by = text('by') ?? process.env.USER ?? 'command line';
		return Promise.all(ids.map((id) => engine.requeue(id, fields, { by })));
	}
	throw new Error(`There is no action "${action}".\n\n${HELP}`);
}

function lineOf(job: JobView): string {
	const where = `${job.account} / ${job.board.name ?? job.board.id}`;
	const why = job.lastError ? ` ${job.lastError.code}: ${job.lastError.message}` : '';
	return `${job.id}  ${job.state.padEnd(15)} ${where}  ${job.title ?? job.link ?? ''}${why}\n    ${job.nextAction}`;
}
