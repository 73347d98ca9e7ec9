import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

const HELP = `pinterest-jobs worker-workflow accounts.csv > workers.json

Makes a workflow with one Pinterest Publish Worker per account, to import into n8n.
The file's first line names its columns: account (needed), client, credential, pace (standard or trial).
"credential" is the name of the account's credential in n8n; choose it in the node after importing.

  --authentication A   oAuth2 (default) or accessToken
  --name NAME          the workflow's name (default "Pinterest Publish Workers")`;

interface Row {
	account: string;
	client: string;
	credential: string;
	pace: string;
}

const PER_COLUMN = 10;

/** `pinterest-jobs worker-workflow`: prints a workflow that publishes for every account of a CSV file. */
export async function workerWorkflow(argv: string[]): Promise<void> {
	const options = { authentication: { type: 'string' }, name: { type: 'string' }, help: { type: 'boolean' } } as const;
	const { values, positionals: [file] } = parseArgs({ args: argv, options, allowPositionals: true });
	if (values.help || file === undefined) return void console.log(HELP);
	const rows = rowsOf(await readFile(file, 'utf8'));
	console.log(JSON.stringify(workflowOf(rows, values.name ?? 'Pinterest Publish Workers', values.authentication ?? 'oAuth2'), null, 2));
}

/** The rows of a CSV text; throws for a missing column, an empty or a repeated account. */
export function rowsOf(text: string): Row[] {
	const [head, ...lines] = text.split(/\r?\n/).filter((line) => line.trim() !== '').map(cellsOf);
	const column = (name: string) => head?.findIndex((cell) => cell.toLowerCase() === name) ?? -1;
	if (column('account') < 0) throw new Error('The first line of the file names no column "account".');
	const rows = lines.map((cells) => ({
		account: cells[column('account')] ?? '', client: cells[column('client')] ?? '',
		credential: cells[column('credential')] ?? '', pace: cells[column('pace')] || 'standard',
	}));
	const seen = new Set<string>();
	for (const [index, { account, pace }] of rows.entries()) {
		if (!account) throw new Error(`Line ${index + 2} has no account.`);
		if (seen.has(account)) throw new Error(`Line ${index + 2} names ${account} a second time.`);
		if (pace !== 'standard' && pace !== 'trial') throw new Error(`Line ${index + 2}: pace is standard or trial, not "${pace}".`);
		seen.add(account);
	}
	return rows;
}

/** Cells of one line; a quoted cell may hold commas and doubled quotes. */
function cellsOf(line: string): string[] {
	return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) => (quoted?.replaceAll('""', '"') ?? plain ?? '').trim());
}

export function workflowOf(rows: Row[], name: string, authentication: string): Record<string, unknown> {
	const credentialType = authentication === 'accessToken' ? 'pinterestJobsAccessTokenApi' : 'pinterestJobsOAuth2Api';
	return {
		name, connections: {}, settings: { executionOrder: 'v1' },
		nodes: rows.map(({ account, client, credential, pace }, index) => ({
			id: createHash('sha256').update(account).digest('hex').slice(0, 32),
			name: `Worker ${account}`,
			type: 'n8n-nodes-pinterest-jobs.pinterestPublishWorker', typeVersion: 1,
			position: [Math.floor(index / PER_COLUMN) * 240, (index % PER_COLUMN) * 160],
			parameters: { authentication, account, client, pace },
			...(credential ? { credentials: { [credentialType]: { id: null, name: credential } } } : {}),
		})),
	};
}
