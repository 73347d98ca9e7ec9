import { Engine, type EngineConfig, type JobView, type PaceSettings, type PublishRequest, type ServedAccount, type TokenSource } from '../../src';
import { Sandbox, type SandboxOptions } from '../../src/sandbox';
import { redisSettings, testNamespace } from './redis';

export const FAST_PACE: PaceSettings = { writesPerMinute: 100, burst: 5, writesPerDay: null, concurrent: 5 };
/** A policy under which a busy machine is in time for its permits and answers, however fast the clock. */
export const UNHURRIED = { sendBudgetMs: 5000, leaseMs: 20_000, heartbeatMs: 3000 };
export const SECRET = 'a-signing-secret-of-enough-bytes';

/** A sandbox, a namespace of its own and one engine that works for the sandbox's accounts. */
export class TestWorld {
	private readonly engines: Engine[] = [];
	readonly tokens = new Map<string, string>();
	/** Token sources that do not do what they should. */
	readonly sources = new Map<string, Partial<TokenSource>>();
	refreshes = 0;

	private constructor(readonly sandbox: Sandbox, readonly namespace: string, readonly timeFactor: number, readonly config: Partial<EngineConfig>) {}

	static async start(options: { timeFactor?: number; sandbox?: SandboxOptions; engine?: Partial<EngineConfig> } = {}): Promise<TestWorld> {
		const timeFactor = options.timeFactor ?? 60;
		const sandbox = await Sandbox.start({ accounts: ['acme-us', 'acme-eu'], timeFactor, seed: 7, rates: { appDay: null, appDayWrite: null }, ...options.sandbox });
		const world = new TestWorld(sandbox, testNamespace(), timeFactor, options.engine ?? {});
		for (const account of sandbox.control.world().accounts) world.tokens.set(account.name, account.accessToken!);
		return world;
	}

	engine(changes: Partial<EngineConfig> = {}): Engine {
		const log = process.env.ENGINE_LOG ? (line: Record<string, unknown>) => console.error(JSON.stringify(line)) : undefined;
		const engine = Engine.open({
			redis: redisSettings(), namespace: this.namespace, signingSecret: SECRET, timeFactor: this.timeFactor, log,
			deliveryBaseUrl: 'http://127.0.0.1', ...this.config, ...changes,
		});
		this.engines.push(engine);
		return engine;
	}

	/** The token as the owner has connected it; `tokens` may be changed as in n8n's credential. */
	tokenSource(account: string): TokenSource {
		const current = () => Promise.resolve({ value: this.tokens.get(account)!, baseUrl: this.sandbox.url.replace(/\/$/, '') });
		return {
			current: () => this.sources.get(account)?.current?.() ?? current(),
			refresh: async () => {
				this.refreshes++;
				const broken = this.sources.get(account)?.refresh;
				if (broken) return broken();
				const { refreshToken } = this.sandbox.control.account(account);
				if (!refreshToken) throw new Error('Connect the account again.');
				this.tokens.set(account, this.sandbox.control.issueToken(account).accessToken);
				return current();
			},
		};
	}

	serve(engine: Engine, account = 'acme-us', pace = FAST_PACE, more: Partial<ServedAccount> = {}): Promise<{ stop(): Promise<void> }> {
		return engine.serve({ account, client: 'Acme', token: this.tokenSource(account), pace, ...more });
	}

	board(account = 'acme-us', index = 0): string {
		return this.sandbox.control.account(account).boards[index]!.id;
	}

	request(n: number, changes: Partial<PublishRequest> = {}): PublishRequest {
		const account = changes.account ?? 'acme-us';
		return {
			account, boardId: this.board(account, n % 2), title: `Pin ${n}`, link: `https://shop.example/products/${n}`, source: `row-${n}`,
			media: { kind: 'image_url', url: `https://shop.example/images/${n}.jpg` }, ...changes,
		};
	}

	/** The jobs, once none of them waits or runs any more. */
	async ended(engine: Engine, ids: string[], withinMs = 20_000): Promise<JobView[]> {
		return this.until(async () => {
			const jobs = await Promise.all(ids.map((id) => engine.get(id)));
			return jobs.every(({ state }) => ['succeeded', 'failed', 'canceled'].includes(state)) ? jobs : null;
		}, withinMs, async () => JSON.stringify((await Promise.all(ids.map((id) => engine.get(id)))).map(({ id, state, phase, lastError, nextAttemptAt, incident }) => ({ id, state, phase, lastError, nextAttemptAt, incident })), null, 1));
	}

	async until<T>(look: () => Promise<T | null>, withinMs = 20_000, describe: () => Promise<string> = () => Promise.resolve('')): Promise<T> {
		const deadline = performance.now() + withinMs;
		for (;;) {
			const found = await look();
			if (found !== null) return found;
			if (performance.now() > deadline) throw new Error(`Not so within ${withinMs} ms. ${await describe()}`);
			await new Promise((resolve) => setTimeout(resolve, 50));
		}
	}

	async stop(): Promise<void> {
		await Promise.all(this.engines.map((engine) => engine.close()));
		await this.sandbox.stop();
	}
}
