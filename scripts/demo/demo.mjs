import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { N8nApi } from '../lib/n8n.mjs';
import { step } from '../lib/steps.mjs';
import { allEnded, allTold, fixBoard, killToken, reconnect, runSheet } from './acts.mjs';
import { count } from './count.mjs';
import { faultShares } from './sheet.mjs';
import { accountNames, openStage, workersReady } from './stage.mjs';
import { complaints, table } from './verdict.mjs';

const timeFactor = 30;
/** How long absence takes to be proven, in Pinterest's time. */
const horizonS = 1800;

/**
 * Publishes a sheet of Pins through a real n8n, under faults, and judges the result by the sandbox's ledger.
 * Returns the exit code. Without `exit` it leaves everything running until `signal` is aborted.
 */
export async function runDemo({ redis, n8nInstall, packageDir, exit, signal, log }) {
	const folder = await mkdtemp(join(tmpdir(), 'pinterest-jobs-demo-'));
	const closing = [() => rm(folder, { recursive: true, force: true })];
	try {
		const stage = await openStage({ redis, n8nInstall, packageDir, folder, timeFactor, closing });
		log(`\nTime runs ${timeFactor} times as fast: delays, holds, leases and the sandbox alike.`);
		const code = await play(stage, { signal, log });
		log(address(stage));
		if (!exit) await untilAborted(signal, log);
		return code;
	} catch (error) {
		if (!signal.aborted) throw error;
		return 130;
	} finally {
		await step('Ending n8n and the sandbox', () => closeAll(closing));
	}
}

async function play(stage, { signal, log }) {
	const { sheet, workflows } = stage;
	const [, second] = accountNames;
	const tell = (line) => log(`  ${line}`);
	await step('Waiting for the two workers', () => workersReady(stage, signal));
	stage.sandbox.control.changeBoard(sheet.misplaced.board, { removed: true });
	log(`\nThe sandbox will misbehave: ${Object.entries(faultShares).map(([fault, share]) => `${share * 100} % ${fault}`).join(', ')};`);
	log('two images are broken, one board was deleted since it was listed, and one token will die.\n');

	const [first, incident] = await Promise.all([runSheet(stage, workflows.sheet), killToken(stage, second, 8, signal)]);
	tell(`The sheet was run: ${first.jobs.length} jobs were accepted, ${first.refused.length} rows refused.`);
	tell(`The token of ${second} died: one incident holds ${incident.waiting} waiting jobs.`);
	const runAgain = await repeated('Run again while publishing', stage, workflows.sheet);
	await reconnect(stage, second, signal);
	tell(`${second} was reconnected in n8n, and its jobs went on by themselves.`);
	const fixed = await fixBoard(stage, signal);
	tell(`${fixed.source} had failed ("${fixed.lastError.message}") and was put on the right board by the form.`);
	tell(`A lost request may have arrived: its Pin is looked for during ${horizonS / timeFactor} s before it is sent again.`);
	await allEnded(stage, sheet.rows.length, { signal, tell });
	const backwards = await repeated('Run again in another order', stage, workflows.again);
	await step('Waiting for the last events', () => allTold(stage, signal));
	return judge(await count(stage), [runAgain, backwards], log);
}

async function repeated(title, stage, workflow) {
	const { jobs } = await runSheet(stage, workflow);
	return { title, existing: jobs.filter(({ existing }) => existing).length, of: stage.sheet.rows.length };
}

function judge(counts, again, log) {
	log(`\n${table(counts, again)}\n`);
	const wrong = complaints(counts, again);
	for (const sentence of wrong) log(`✗ ${sentence}`);
	if (wrong.length > 0) log(JSON.stringify({ differences: counts.differences, undelivered: counts.events.undelivered }));
	else log('✓ Every Pin exists once, every job is accounted for, every event started one execution.');
	return wrong.length > 0 ? 1 : 0;
}

function address({ n8n, sandbox }) {
	const { email, password } = N8nApi.owner;
	return `\nn8n:      ${n8n.url} (login ${email}, password ${password})\nSandbox:  ${sandbox.origin}/_sandbox/summary`;
}

async function untilAborted(signal, log) {
	log('\nCtrl-C ends all of it.');
	if (!signal.aborted) await once(signal, 'abort');
}

/** The last opened is closed first; what cannot be closed does not keep the rest open. */
async function closeAll(closing) {
	const failures = [];
	for (const close of closing.reverse()) await close().catch((error) => failures.push(error));
	if (failures.length > 0) throw failures[0];
}
