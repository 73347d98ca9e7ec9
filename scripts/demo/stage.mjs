import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { N8nApi, startN8n } from '../lib/n8n.mjs';
import { waitUntil } from '../lib/ports.mjs';
import { step } from '../lib/steps.mjs';
import { connect, engineCredential, oauthCredential } from './credentials.mjs';
import { makeTable, scriptedFaults, sheetFor } from './sheet.mjs';
import { formWorkflow, publishWorkflow, reversed, sheetWorkflow } from './demo-workflows.mjs';

export const accountNames = ['acme-us', 'acme-eu'];
const latencyMs = 120;

/** Brings up everything the demo plays on. Whatever is opened leaves its way to close in `closing`. */
export async function openStage({ redis, n8nInstall, packageDir, folder, timeFactor, closing }) {
	const { Engine, Sandbox } = builtProject(packageDir);
	const namespace = `demo-${randomBytes(4).toString('hex')}`;
	// Opened first, closed last: n8n writes to Redis until it is gone.
	if (redis.kind === 'given') closing.push(() => forget(redis.url, namespace, packageDir));
	const sandbox = await step('Starting the sandbox, which stands in for Pinterest', () => startSandbox(Sandbox, timeFactor, closing));
	const n8n = await step(`Starting n8n ${n8nInstall.version}`, () => startN8nFor({ n8nInstall, packageDir, folder, closing }));
	const api = await new N8nApi(n8n.url).signIn();
	const credential = engineCredential({ redisUrl: redis.url, namespace, n8nUrl: n8n.url, timeFactor });
	const { signingSecret } = credential.data;
	const engine = Engine.open({ redis: { url: redis.url }, namespace, signingSecret, timeFactor });
	closing.push(() => engine.close());
	return { sandbox, n8n, api, engine, namespace, ...(await furnish({ api, sandbox, credential })) };
}

function builtProject(packageDir) {
	const require = createRequire(join(packageDir, 'package.json'));
	return { ...require('./index.js'), ...require('./dist/src/sandbox') };
}

async function startSandbox(Sandbox, timeFactor, closing) {
	const sandbox = await Sandbox.start({ accounts: accountNames, timeFactor, writeLatencyMs: latencyMs });
	closing.push(() => sandbox.stop());
	return sandbox;
}

async function startN8nFor({ n8nInstall, packageDir, folder, closing }) {
	// Every execution is counted at the end: none may be pruned.
	const env = { EXECUTIONS_DATA_PRUNE: 'false' };
	const n8n = await startN8n({ install: n8nInstall, userFolder: folder, packageDir, env, detached: true });
	closing.push(() => n8n.stop());
	return n8n;
}

/** Credentials, the sheet and the workflows, as their owner would make them. */
async function furnish({ api, sandbox, credential }) {
	const world = sandbox.control.world();
	const engineCred = await api.createCredential(credential);
	const accounts = await step('Connecting two accounts by OAuth2', () =>
		Promise.all(world.accounts.map((account) => connectAccount(api, account, { baseUrl: sandbox.url, app: world.apps[0] }))),
	);
	const doomed = sandbox.control.addBoard(accountNames[0], { name: 'Last year' }).id;
	const sheet = sheetFor(accounts, doomed);
	for (const fault of scriptedFaults(sheet.rows)) sandbox.control.addFault(fault);
	const tableId = await makeTable(api, sheet.rows);
	const workflows = await step('Importing the workflows', () => importAll(api, { engine: engineCred, accounts }));
	return { accounts, sheet, tableId, workflows };
}

async function connectAccount(api, { name, boards }, sandbox) {
	const credential = await api.createCredential(oauthCredential(name, sandbox));
	await connect(api, credential.id, name);
	return { name, boards, credential };
}

async function importAll(api, cast) {
	const sheet = sheetWorkflow(cast);
	const made = {
		publish: await api.createWorkflow(publishWorkflow(cast)),
		sheet: await api.createWorkflow(sheet),
		again: await api.createWorkflow(reversed(sheet)),
		form: await api.createWorkflow(formWorkflow(cast)),
	};
	for (const { id } of [made.publish, made.sheet, made.form]) await api.activate(id);
	return made;
}

/** Waits until the workers serve both accounts and have reported their boards. */
export async function workersReady({ engine }, signal) {
	const isReady = async () => {
		const served = (await engine.accounts()).filter((account) => account.served && account.boards.length > 0);
		return served.length === accountNames.length;
	};
	await waitUntil(isReady, { what: 'The workers', timeoutMs: 60_000, gaveUp: () => signal.aborted && 'interrupted' });
}

/** Takes our keys out of a Redis that belongs to somebody. */
async function forget(url, namespace, packageDir) {
	const { Redis } = createRequire(join(packageDir, 'package.json'))('ioredis');
	const redis = new Redis(url);
	for await (const keys of redis.scanStream({ match: `*{${namespace}}*`, count: 1000 })) {
		if (keys.length > 0) await redis.unlink(...keys);
	}
	redis.disconnect();
}
