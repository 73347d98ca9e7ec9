import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { N8nApi, n8nForThisNode, n8nInstalled, startN8n } from '../../scripts/lib/n8n.mjs';
import type { Execution, ExecutionWithData, Item, N8n, WorkflowJson } from '../../scripts/lib/n8n.mjs';

export { N8nApi };
export type { Execution, ExecutionWithData, Item, WorkflowJson };

/** The n8n these tests are about: PINTEREST_JOBS_E2E_N8N, else the one that fits this Node. */
export const n8nVersion = process.env.PINTEREST_JOBS_E2E_N8N ?? n8nForThisNode();

/** One n8n with the built package, for the tests of a `describe`; `npm run build` comes first. */
export class TestN8n {
	private running?: N8n;
	private signedIn?: N8nApi;
	private startedAt = 0;

	constructor(
		private readonly userFolder: string,
		private readonly env: () => Record<string, string>,
	) {}

	/** Boots n8n; after `kill()` or `stop()` with the same database and on the same port. */
	async start(): Promise<void> {
		const install = await n8nInstalled(n8nVersion);
		const { userFolder } = this;
		this.startedAt = Date.now();
		this.running = await startN8n({ install, userFolder, env: this.env(), packageDir: process.cwd(), port: this.running?.port });
		this.signedIn = await new N8nApi(this.running.url).signIn();
	}

	get api(): N8nApi {
		if (!this.signedIn) throw new Error('n8n has not been started.');
		return this.signedIn;
	}

	/** Executions under way. One that a kill cut off just as it began stands as running for ever: n8n's recovery does not know of it. */
	async underWay(): Promise<Execution[]> {
		return (await this.api.listExecutions({ status: 'running' })).filter(({ startedAt }) => Date.parse(startedAt) >= this.startedAt);
	}

	get n8n(): N8n {
		if (!this.running) throw new Error('n8n has not been started.');
		return this.running;
	}

	async end(): Promise<void> {
		await this.running?.stop();
		rmSync(this.userFolder, { recursive: true, force: true });
	}
}

/** Boots an n8n before the tests of this `describe` and ends it after them; `env` is asked when it starts. */
export function useN8n(env: () => Record<string, string> = () => ({})): TestN8n {
	const n8n = new TestN8n(mkdtempSync(join(tmpdir(), 'pinterest-jobs-n8n-')), env);
	// The first boot of a version may include its installation.
	beforeAll(() => n8n.start(), 20 * 60_000);
	afterAll(() => n8n.end(), 60_000);
	return n8n;
}
