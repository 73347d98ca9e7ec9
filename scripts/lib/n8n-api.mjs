import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

const owner = { email: 'owner@example.com', firstName: 'Demo', lastName: 'Owner', password: 'Pinterest-Jobs-1' };

/** How often a call is said again, half a second apart. */
const PATIENCE = 20;

/** A small client of n8n's REST interface, for n8n 2.8 and 2.41. Every failure is an error that shows n8n's answer. */
export class N8nApi {
	#url;
	#browserId = randomUUID();
	#cookie;
	#apiKey;

	constructor(url) {
		this.#url = url;
	}

	/** The account that `signIn` creates; for a person who wants to look at the editor. */
	static owner = owner;

	/** Signs in as the owner, who is created on the first visit, and gets an API key. */
	async signIn() {
		await this.#setUpOrLogIn();
		const scopes = await this.rest('GET', '/api-keys/scopes');
		const key = await this.rest('POST', '/api-keys', { label: randomUUID(), scopes, expiresAt: null });
		this.#apiKey = key.rawApiKey;
		return this;
	}

	async #setUpOrLogIn() {
		const { userManagement } = await this.rest('GET', '/settings');
		if (userManagement.showSetupOnFirstLoad) await this.rest('POST', '/owner/setup', owner);
		else await this.rest('POST', '/login', { emailOrLdapLoginId: owner.email, password: owner.password });
	}

	/** Creates a workflow from exported JSON; returns it with its id. Credentials in it are referred to by id. */
	createWorkflow({ name, nodes, connections, settings = {} }) {
		return this.api('POST', '/workflows', { name, nodes, connections, settings: { executionOrder: 'v1', ...settings } });
	}

	/** Replaces nodes, connections and settings; a published workflow is published again. */
	async updateWorkflow(id, { name, nodes, connections, settings = {} }) {
		const updated = await this.api('PUT', `/workflows/${id}`, { name, nodes, connections, settings });
		if (updated.active) await this.activate(id);
		return updated;
	}

	getWorkflow(id) {
		return this.api('GET', `/workflows/${id}`);
	}

	deleteWorkflow(id) {
		return this.api('DELETE', `/workflows/${id}`);
	}

	/** Creates a credential as the editor does; returns { id, name, type }. (The public interface wants the hidden fields too.) */
	async createCredential({ name, type, data }) {
		const { id } = await this.rest('POST', '/credentials', { name, type, data });
		return { id, name, type };
	}

	deleteCredential(id) {
		return this.api('DELETE', `/credentials/${id}`);
	}

	/** What the credential's own test says: { status: 'OK' | 'Error', message }. */
	testCredential(credentials) {
		return this.rest('POST', '/credentials/test', { credentials });
	}

	/** Publishes the workflow and waits until all its triggers and webhooks are live. */
	async activate(id, { timeoutMs = 30_000 } = {}) {
		await this.api('POST', `/workflows/${id}/activate`);
		await this.#settled(id, timeoutMs, ['published']);
	}

	/** Takes the workflow back and waits until nothing of it is live. */
	async deactivate(id, { timeoutMs = 60_000 } = {}) {
		await this.api('POST', `/workflows/${id}/deactivate`);
		await this.#settled(id, timeoutMs, ['not_published']);
	}

	/** From 2.21 on n8n publishes in the background and keeps a status; before, its answer came when all was done. */
	async #settled(id, timeoutMs, wanted) {
		const deadline = Date.now() + timeoutMs;
		for (;;) {
			const state = await this.#publication(id);
			if (!state || wanted.includes(state.status)) return;
			const errors = state.triggers.map((trigger) => trigger.errorMessage).filter(Boolean);
			// What a trigger failed at the last time is still told while it is published again or taken back.
			if (errors.length > 0 && wanted.includes('published') && state.status !== 'in_progress') throw new Error(`Workflow ${id}: ${errors.join('; ')}`);
			if (Date.now() > deadline) throw new Error(`Workflow ${id} is ${state.status} after ${timeoutMs / 1000} s, not ${wanted}.`);
			await sleep(50);
		}
	}

	async #publication(id) {
		const { status, body } = await this.#send('GET', `/rest/workflows/${id}/publication-status`);
		return status === 404 ? undefined : body.data;
	}

	/** Runs the saved workflow as the editor's button does, from the named trigger; returns the id of the execution. */
	async runManually(id, triggerName) {
		const { executionId } = await this.#runFrom(id, triggerName);
		if (!executionId) throw new Error(`"${triggerName}" waits for a test event; use listenForTest().`);
		return executionId;
	}

	/** The editor's "Listen for test event" on a trigger or webhook node. */
	async listenForTest(id, triggerName) {
		const { waitingForWebhook } = await this.#runFrom(id, triggerName);
		if (!waitingForWebhook) throw new Error(`"${triggerName}" ran at once; use runManually().`);
	}

	async #runFrom(id, triggerName) {
		const workflow = await this.rest('GET', `/workflows/${id}`);
		// 2.8 wants the workflow itself, and breaks on a missing pinData; 2.41 looks the workflow up.
		const workflowData = { ...workflow, pinData: workflow.pinData ?? {} };
		return this.rest('POST', `/workflows/${id}/run`, { workflowData, triggerToStartFrom: { name: triggerName } });
	}

	/** The editor's "Stop listening"; n8n also does this after two minutes. 2.41 answers before its nodes have let go. */
	stopListening(id) {
		return this.rest('DELETE', `/test-webhook/${id}`);
	}

	/** Calls a webhook of this n8n by its path; returns { status, body }. */
	async callWebhook(path, { method = 'POST', body, test = false } = {}) {
		const response = await fetch(`${this.#url}/${test ? 'webhook-test' : 'webhook'}/${path}`, {
			method,
			headers: body === undefined ? {} : { 'content-type': 'application/json' },
			body: body === undefined ? undefined : JSON.stringify(body),
		});
		return { status: response.status, body: parsed(await response.text()) };
	}

	/** All executions of a workflow, newest first, without their data; follows n8n's pages. */
	listExecutions(filter) {
		return this.#executions({ ...filter, limit: 250 });
	}

	/** The same with their data, run by run. */
	listExecutionsWithData(filter) {
		return this.#executions({ ...filter, limit: 100, includeData: true });
	}

	async #executions(filter) {
		const all = [];
		let cursor;
		do {
			const asked = Object.entries({ ...filter, cursor }).filter(([, value]) => value !== undefined);
			const page = await this.api('GET', `/executions?${new URLSearchParams(asked)}`);
			all.push(...page.data);
			cursor = page.nextCursor;
		} while (cursor);
		return all;
	}

	/** One execution with its data, run by run. */
	getExecution(id) {
		return this.api('GET', `/executions/${id}?includeData=true`);
	}

	/** The execution once it has ended, whatever its status. */
	async finishedExecution(id, { timeoutMs = 60_000 } = {}) {
		const deadline = Date.now() + timeoutMs;
		for (;;) {
			const execution = await this.getExecution(id);
			if (execution.stoppedAt) return execution;
			if (Date.now() > deadline) throw new Error(`Execution ${id} is still ${execution.status} after ${timeoutMs / 1000} s.`);
			await sleep(100);
		}
	}

	/** The items a node put out in its last run: one array for each of its outputs. */
	static outputOf(execution, nodeName) {
		const runs = execution.data.resultData.runData[nodeName] ?? [];
		return (runs.at(-1)?.data?.main ?? []).map((items) => items ?? []);
	}

	/** The descriptions of all 'nodes' or 'credentials' this n8n has loaded. */
	knownTypes(kind) {
		return this.#checked('GET', `/types/${kind}.json`);
	}

	/** n8n's internal interface, as the editor uses it. */
	async rest(method, path, body) {
		const answer = await this.#checked(method, `/rest${path}`, body);
		return answer?.data ?? answer;
	}

	/** n8n's public interface. */
	api(method, path, body) {
		return this.#checked(method, `/api/v1${path}`, body);
	}

	async #checked(method, path, body) {
		const answer = await this.#send(method, path, body);
		if (answer.status < 400) return answer.body;
		throw new Error(`n8n answered ${answer.status} to ${method} ${path}: ${JSON.stringify(answer.body).slice(0, 2000)}`);
	}

	/** Said again where nothing came of it: a busy n8n closes kept connections, and takes its database for gone until its next look at it. */
	async #send(method, path, body) {
		for (let left = PATIENCE; ; left -= 1) {
			const answer = await this.#sendOnce(method, path, body).catch((error) => {
				if (method !== 'GET' || error.cause?.code !== 'ECONNRESET' || left === 0) throw error;
				return null;
			});
			if (answer && (answer.status !== 503 || answer.body?.message !== 'Database is not ready!' || left === 0)) return answer;
			await sleep(500);
		}
	}

	async #sendOnce(method, path, body) {
		const headers = { 'browser-id': this.#browserId, 'content-type': 'application/json' };
		if (this.#cookie) headers.cookie = this.#cookie;
		if (this.#apiKey) headers['X-N8N-API-KEY'] = this.#apiKey;
		const response = await fetch(this.#url + path, { method, headers, body: body && JSON.stringify(body) });
		const session = response.headers.getSetCookie().find((cookie) => cookie.startsWith('n8n-auth='));
		if (session) this.#cookie = session.split(';')[0];
		return { status: response.status, body: parsed(await response.text()) };
	}
}

function parsed(text) {
	try {
		return JSON.parse(text);
	} catch (error) {
		if (error instanceof SyntaxError) return text;
		throw error;
	}
}
