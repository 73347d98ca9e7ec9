import { expectedPins } from './sheet.mjs';

const triggers = { publish: 'Pinterest Job Status Trigger', sheet: 'A job has news' };

/** What the ledger, the jobs and n8n's executions say of this run. */
export async function count({ sandbox, engine, api, workflows, sheet }) {
	const { rows } = sheet;
	const jobs = await allJobs(engine);
	const ledger = sandbox.control.summary({ expected: expectedPins(rows), groupBy: ['account', 'link'] });
	const log = await allEvents(engine);
	return {
		rows: rows.length,
		jobs: jobs.length,
		succeeded: jobs.filter(({ state }) => state === 'succeeded').length,
		recovered: jobs.filter(({ recovered }) => recovered).length,
		failed: tally(jobs.filter(({ state, queue }) => state === 'failed' && queue), ({ queue }) => queue.name),
		shouldFail: rows.filter(({ isBroken }) => isBroken).length,
		held: holdsIn(log),
		faults: ledger.calls.byFault,
		unmet: sandbox.control.pendingFaults().map(({ fault, match }) => ({ fault, link: match.link })),
		pins: ledger.pins,
		double: ledger.double,
		missing: ledger.missing,
		unexpected: ledger.unexpected,
		differences: ledger.differences,
		events: await countEvents({ engine, api, workflows, log }),
	};
}

async function allJobs(engine) {
	const jobs = [];
	let cursor;
	do {
		const page = await engine.list({ limit: 200, cursor });
		jobs.push(...page.jobs);
		cursor = page.cursor;
	} while (cursor);
	return jobs;
}

async function allEvents(engine) {
	const all = [];
	let cursor = null;
	for (;;) {
		const page = await engine.eventsSince(cursor, 200);
		if (page.events.length === 0) return all;
		all.push(...page.events);
		cursor = page.cursor;
	}
}

/** For each Status Trigger: events it asked for, events that its executions got, and the executions. */
async function countEvents({ engine, api, workflows, log }) {
	const subscriptions = await engine.endpoints.list();
	const counts = { sent: 0, received: 0, executions: 0, undelivered: [] };
	for (const [workflow, node] of Object.entries(triggers)) {
		const { webhookId } = workflows[workflow].nodes.find(({ name }) => name === node);
		const { events } = subscriptions.find(({ url }) => url.includes(webhookId));
		const sent = log.filter(({ type }) => events.includes(type)).map(({ eventId }) => eventId);
		const told = await toldTo(api, workflows[workflow].id, node);
		counts.sent += sent.length;
		counts.received += new Set(told).size;
		counts.executions += told.length;
		counts.undelivered.push(...sent.filter((id) => !told.includes(id)));
	}
	return counts;
}

/** The id of the event that each execution was started by. */
async function toldTo(api, workflowId, node) {
	const ids = [];
	let cursor;
	do {
		const query = new URLSearchParams({ workflowId, includeData: 'true', limit: '100', ...(cursor ? { cursor } : {}) });
		const page = await api.api('GET', `/executions?${query}`);
		for (const { data } of page.data) {
			const [run] = data.resultData.runData[node] ?? [];
			if (run) ids.push(run.data.main[0][0].json.eventId);
		}
		cursor = page.nextCursor;
	} while (cursor);
	return ids;
}

/** Each hold with how long it lasted; `account.held` and `account.released` name the same incident. */
function holdsIn(log) {
	const released = new Map(log.filter(({ type }) => type === 'account.released').map(({ data, timestamp }) => [data.id, Date.parse(timestamp)]));
	return log
		.filter(({ type }) => type === 'account.held')
		.map(({ data, timestamp }) => ({ account: data.account, kind: data.kind, ms: (released.get(data.id) ?? NaN) - Date.parse(timestamp) }));
}

const tally = (items, nameOf) => items.reduce((sums, item) => ({ ...sums, [nameOf(item)]: (sums[nameOf(item)] ?? 0) + 1 }), {});
