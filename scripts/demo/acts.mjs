import { N8nApi } from '../lib/n8n.mjs';
import { waitUntil } from '../lib/ports.mjs';
import { connect } from './credentials.mjs';
import { correctRow } from './sheet.mjs';

const isOpen = ['queued', 'running', 'retry_scheduled'];
const trigger = 'Every hour';
const endsWithinMs = 240_000;

/** Runs a sheet workflow as the editor's button does; returns the jobs that Enqueue answered with. */
export async function runSheet({ api }, workflow) {
	const execution = await api.finishedExecution(await api.runManually(workflow.id, trigger), { timeoutMs: 120_000 });
	const [jobs, refused] = N8nApi.outputOf(execution, 'Enqueue');
	if (execution.status !== 'success') throw new Error(`"${workflow.name}" ended with ${execution.status}: ${execution.data.resultData.error?.message}`);
	return { jobs: jobs.map(({ json }) => json), refused: (refused ?? []).map(({ json }) => json.error ?? json) };
}

/** Kills every token of the account once it has published a few Pins; returns the incident that this opens. */
export async function killToken({ sandbox, engine }, account, afterPins, signal) {
	const wait = waitFor(signal);
	await wait(`${account} to publish`, () => sandbox.control.pins({ account }).items.length >= afterPins);
	sandbox.control.changeAccount(account, { revoke: 'all' });
	let incident;
	await wait(`${account} to be held`, async () => (incident = await holdOf(engine, account)));
	return incident;
}

/** Reconnects the account in n8n, as its owner would; nobody touches the jobs. Returns when its jobs flow again. */
export async function reconnect({ api, engine, accounts }, name, signal) {
	const { credential } = accounts.find((account) => account.name === name);
	await connect(api, credential.id, name);
	await waitFor(signal)(`${name} to be released`, async () => !(await holdOf(engine, name)));
}

const holdOf = async (engine, name) => (await engine.holds()).find(({ account, kind }) => account === name && kind === 'token_dead');

/** Waits until the row's job has failed for its board, then corrects the sheet and fills in the requeue form. */
export async function fixBoard({ api, n8n, engine, sheet, tableId, workflows }, signal) {
	const { record, rightBoard } = sheet.misplaced;
	let job;
	await waitFor(signal)(`the job of ${record} to fail`, async () => {
		job = (await engine.list({ source: record })).jobs[0];
		return job?.state === 'failed';
	});
	await correctRow(api, tableId, record, { board: rightBoard });
	await submitForm(n8n.url, [job.id, rightBoard, 'Olivia of ops']);
	const [execution] = await finishedExecutions(api, workflows.form.id, 1, signal);
	if (execution.status !== 'success') throw new Error(`Requeuing ${job.id} failed in n8n.`);
	return job;
}

async function submitForm(url, values) {
	const form = new FormData();
	values.forEach((value, index) => form.set(`field-${index}`, value));
	const response = await fetch(`${url}/form/pinterest-requeue`, { method: 'POST', body: form });
	if (!response.ok) throw new Error(`The form answered ${response.status}: ${await response.text()}`);
}

async function finishedExecutions(api, workflowId, count, signal) {
	let found = [];
	await waitFor(signal)('n8n to finish', async () => {
		found = (await api.listExecutions({ workflowId })).filter(({ stoppedAt }) => stoppedAt);
		return found.length >= count;
	});
	return found;
}

/** Waits until every job has ended, and tells of the progress when there is some. */
export async function allEnded({ engine }, count, { signal, tell }) {
	let told = { line: '', at: 0 };
	await waitFor(signal)('all jobs to end', async () => {
		const { jobs } = await engine.health();
		const open = isOpen.reduce((sum, state) => sum + jobs[state], 0);
		const line = `${jobs.succeeded} of ${count} published, ${jobs.failed} failed, ${open} open (${jobs.in_doubt} of them in doubt)`;
		const sinceMs = Date.now() - told.at;
		if ((line !== told.line && sinceMs > 2000) || sinceMs > 15_000) tell((told = { line, at: Date.now() }).line);
		return open === 0;
	});
}

/** Waits until no event is on its way any more. */
export async function allTold({ engine, api, workflows }, signal) {
	const running = async () => (await api.listExecutions({ status: 'running' })).length;
	await waitFor(signal)('all events to arrive', async () => {
		const waiting = (await engine.endpoints.list()).reduce((sum, one) => sum + one.waiting, 0);
		return waiting === 0 && (await running()) === 0 && Boolean(workflows);
	});
}

const waitFor = (signal) => (what, isReady) =>
	waitUntil(isReady, { what: `Waiting for ${what}`, timeoutMs: endsWithinMs, gaveUp: () => signal.aborted && 'interrupted' });
