import { randomBytes } from 'node:crypto';
import { connect, engineCredential, oauthCredential, tokenCredential } from '../../../scripts/demo/credentials.mjs';
import { reference, workerNode, type CredentialOfN8n } from '../../../scripts/demo/workflows.mjs';
import { Engine, type EngineConfig, type JobView, type TokenSource } from '../../../src';
import { Sandbox, type SandboxOptions } from '../../../src/sandbox';
import { flushNamespace, redisUrl, testNamespace } from '../../support/redis';
import { useN8n, type TestN8n, type WorkflowJson } from '../../support/n8n';

export interface Account {
	name: string;
	boards: string[];
	credential: CredentialOfN8n;
}

export interface WorldOptions {
	accounts?: string[];
	/** Default 30. */
	timeFactor?: number;
	sandbox?: SandboxOptions;
	/** How n8n holds the accounts' tokens: pasted (default) or connected by OAuth2. */
	auth?: 'token' | 'oauth';
	redis?: string;
	/** Where events are delivered, instead of to this n8n; an empty text names nothing. */
	deliveryBaseUrl?: string;
}

/** One n8n for the tests of a `describe`, and worlds in it; all of them end with it. `env` is asked when n8n starts. */
export function useWorlds(env: () => Record<string, string> = () => ({})): { n8n: TestN8n; open(options?: WorldOptions): Promise<World> } {
	const worlds: World[] = [];
	// Before n8n's own hook: worlds take back their workflows.
	afterAll(() => Promise.all(worlds.map((world) => world.close())), 120_000);
	const n8n = useN8n(() => ({ EXECUTIONS_DATA_PRUNE: 'false', ...env() }));
	return {
		n8n,
		async open(options) {
			const world = await World.open(n8n, options);
			worlds.push(world);
			return world;
		},
	};
}

/** A sandbox, a namespace and credentials of a test's own, in an n8n that several tests share. */
export class World {
	private readonly made: string[] = [];
	private closed?: Promise<void>;

	private constructor(
		readonly n8n: TestN8n,
		readonly sandbox: Sandbox,
		readonly engine: Engine,
		readonly engineCredential: CredentialOfN8n,
		readonly engineData: Record<string, unknown>,
		readonly namespace: string,
		private readonly redis: string,
	) {}

	readonly accounts: Account[] = [];

	static async open(n8n: TestN8n, { accounts = ['acme-us'], timeFactor = 30, sandbox = {}, auth = 'token', redis = redisUrl(), deliveryBaseUrl = n8n.n8n.url }: WorldOptions = {}): Promise<World> {
		const namespace = testNamespace();
		const credential = engineCredential({ redisUrl: redis, namespace, n8nUrl: deliveryBaseUrl, timeFactor });
		const world = new World(
			n8n,
			await Sandbox.start({ accounts, timeFactor, seed: namespace, ...sandbox }),
			Engine.open({ redis: { url: redis }, namespace, signingSecret: String(credential.data['signingSecret']), timeFactor }),
			await n8n.api.createCredential(credential),
			credential.data,
			namespace,
			redis,
		);
		for (const name of accounts) world.accounts.push(await world.account(name, auth));
		return world;
	}

	private async account(name: string, auth: 'token' | 'oauth'): Promise<Account> {
		const { sandbox, n8n } = this;
		const { accessToken, boards } = sandbox.control.account(name);
		const app = sandbox.control.world().apps[0]!;
		const credential = await n8n.api.createCredential(
			auth === 'oauth' ? oauthCredential(name, { baseUrl: sandbox.url, app }) : tokenCredential(name, { baseUrl: sandbox.url, accessToken: accessToken! }),
		);
		if (auth === 'oauth') await connect(n8n.api, credential.id, name);
		return { name, boards: boards.map(({ id }) => id), credential };
	}

	/** What the owner of an account does in n8n when its connection has ended. */
	reconnect({ credential, name }: Account): Promise<void> {
		return connect(this.n8n.api, credential.id, name);
	}

	/** Imports a workflow; it goes with this world. */
	async import(workflow: WorkflowJson): Promise<{ id: string; name: string }> {
		const made = await this.n8n.api.createWorkflow(workflow);
		this.made.push(made.id);
		return made;
	}

	/** Publishes a workflow with a Worker node for each account (or for these), and waits until they serve. */
	async publishWorkers(accounts = this.accounts): Promise<{ id: string }> {
		const nodes = accounts.map(({ name, credential }, index) =>
			workerNode({ account: name, credential, engine: this.engineCredential, position: [0, index * 160] }));
		const workflow = await this.import({ name: `Workers ${this.namespace}`, nodes, connections: {} });
		await this.n8n.api.activate(workflow.id, { timeoutMs: 120_000 });
		return workflow;
	}

	async untilServed(names = this.accounts.map(({ name }) => name)): Promise<void> {
		await until(`workers of ${names.length} accounts`, async () => {
			const served = (await this.engine.accounts()).filter((account) => account.served).map(({ account }) => account);
			return names.every((name) => served.includes(name));
		});
	}

	/** Every job of the namespace. */
	async jobs(): Promise<JobView[]> {
		const all: JobView[] = [];
		let cursor: string | null | undefined;
		do {
			const page = await this.engine.list({ limit: 200, ...(cursor ? { cursor } : {}) });
			all.push(...page.jobs);
			cursor = page.cursor;
		} while (cursor);
		return all;
	}

	/** Waits until `count` jobs exist and every one of them has ended. */
	async untilEnded(count: number, timeoutMs = 180_000): Promise<JobView[]> {
		let jobs: JobView[] = [];
		await until(`${count} jobs to end`, async () => {
			jobs = await this.jobs();
			return jobs.length >= count && jobs.every(({ state }) => ['succeeded', 'failed', 'canceled'].includes(state));
		}, { timeoutMs, everyMs: 300, say: () => JSON.stringify(states(jobs)) });
		return jobs;
	}

	/** The ids of all events of these types, in the order of the log. */
	async events(types?: string[]): Promise<Array<{ eventId: string; type: string; data: Record<string, unknown> }>> {
		const all = [];
		let cursor: string | null = null;
		for (;;) {
			const page: Awaited<ReturnType<Engine['eventsSince']>> = await this.engine.eventsSince(cursor, 200);
			if (page.events.length === 0) return all.filter(({ type }) => !types || types.includes(type));
			all.push(...page.events);
			cursor = page.cursor;
		}
	}

	/** What an engine outside of n8n serves an account with. */
	tokenOf(account: string): TokenSource {
		const current = () => Promise.resolve({ value: this.sandbox.control.account(account).accessToken!, baseUrl: this.sandbox.url.replace(/\/$/, '') });
		return { current, refresh: current };
	}

	/** An engine outside of n8n, in the same namespace; who opens it closes it. */
	outside(more: Partial<EngineConfig> = {}): Engine {
		const { signingSecret, timeFactor, deliveryBaseUrl } = this.engineData as { signingSecret: string; timeFactor: number; deliveryBaseUrl: string };
		return Engine.open({ redis: { url: this.redis }, namespace: this.namespace, signingSecret, timeFactor, deliveryBaseUrl, ...more });
	}

	/** Waits until no subscription has anything on its way. */
	async untilTold(): Promise<void> {
		await until('all events to arrive', async () => {
			const waiting = (await this.engine.endpoints.list()).reduce((sum, one) => sum + one.waiting, 0);
			return waiting === 0 && (await this.n8n.underWay()).length === 0;
		});
	}

	/** A credential field of a node of ours. */
	get credentials(): Record<string, { id: string; name: string }> {
		return { [this.engineCredential.type]: reference(this.engineCredential) };
	}

	/** Takes everything back; a second call does nothing. */
	close(): Promise<void> {
		return (this.closed ??= this.end());
	}

	private async end(): Promise<void> {
		try {
			for (const id of this.made) {
				await this.n8n.api.deactivate(id);
				await this.n8n.api.deleteWorkflow(id);
			}
		} finally {
			await this.engine.close();
			await this.sandbox.stop();
			await flushNamespace(this.namespace, this.redis);
		}
	}
}

export const states = (jobs: JobView[]): Record<string, number> =>
	jobs.reduce<Record<string, number>>((sums, { state }) => ({ ...sums, [state]: (sums[state] ?? 0) + 1 }), {});

/** Asks until it is true; a wait that ends in vain says what it last saw. */
export async function until(
	what: string,
	isReady: () => Promise<boolean> | boolean,
	{ timeoutMs = 60_000, everyMs = 100, say = () => '' }: { timeoutMs?: number; everyMs?: number; say?: () => string } = {},
): Promise<void> {
	const deadline = Date.now() + timeoutMs;
	while (!(await isReady())) {
		if (Date.now() > deadline) throw new Error(`Waited ${timeoutMs / 1000} s for ${what}. ${say()}`);
		await new Promise((resolve) => setTimeout(resolve, everyMs));
	}
}

/** A word nobody else writes, to be looked for later. */
export const canary = (name: string): string => `canary-${name}-${randomBytes(16).toString('hex')}`;
