import { setTimeout as sleep } from 'node:timers/promises';
import { N8nApi, n8nInstalled, startN8n } from '../../../scripts/lib/n8n.mjs';
import type { ExecutionWithData, N8n, WorkflowJson } from '../../../scripts/lib/n8n.mjs';
import { PATH, publishedIn, type SheetRow } from './n8n-workflow';
import type { Stage } from './stage';
import type { SendTap, Victim } from './trouble';

export interface PeerN8nParts {
	tap: SendTap;
	stage: Pick<Stage, 'isOver' | 'meanwhile'>;
	workflow: WorkflowJson;
}

/** A real n8n with one workflow that takes rows: to be killed, frozen and started again, and to be asked what it did. */
export class PeerN8n implements Victim {
	/** How long the last start took. */
	startMs = 0;
	private running?: N8n;
	private api?: N8nApi;
	private readonly taken = new Set<string>();
	private workflowId = '';
	private booting: Promise<void> = Promise.resolve();
	private ended = false;

	constructor(private readonly userFolder: string, private readonly parts: PeerN8nParts) {}

	get tap(): SendTap {
		return this.parts.tap;
	}

	/** Boots n8n and publishes the workflow; the first boot of a version may include its installation. */
	async start(): Promise<void> {
		await (this.booting = this.boot());
		const { id } = await this.api!.createWorkflow(this.parts.workflow);
		await this.api!.activate(id);
		this.workflowId = id;
	}

	signal(signal: NodeJS.Signals): void {
		process.kill(this.running!.pid, signal);
	}

	async restart(): Promise<void> {
		await this.running!.kill();
		await (this.booting = this.parts.stage.meanwhile(() => this.boot()));
	}

	isDone(): boolean {
		return this.ended;
	}

	/** Hands rows to the workflow; whether n8n said that it has started. */
	async take(rows: SheetRow[]): Promise<boolean> {
		try {
			const { status } = await this.api!.callWebhook(PATH, { body: { rows: rows.map(({ key, token, body }) => ({ key, token, body })) } });
			if (status === 200) for (const { key } of rows) this.taken.add(key);
			return status === 200;
		} catch (error) {
			// fetch wraps the end of a connection, and that nobody listens; by name, since tests have realms of their own.
			if ((error as Error).name === 'TypeError') return false;
			throw error;
		}
	}

	/** Resolves when nothing runs any more, or when the round is over. */
	async idle(): Promise<void> {
		while (!this.parts.stage.isOver) {
			// The public interface leaves out what is running.
			const filter = encodeURIComponent(JSON.stringify({ workflowId: this.workflowId }));
			const { results } = (await this.api!.rest('GET', `/executions?filter=${filter}&limit=100`)) as { results: { status: string }[] };
			if (results.every(({ status }) => !['new', 'running', 'waiting'].includes(status))) return;
			await sleep(250);
		}
	}

	/** The button "Retry" on each execution that was cut off: it goes on where its saved progress ends. Answers how many there were. */
	async retryCutOff(): Promise<number> {
		const crashed = (await this.executions()).filter(({ status, data }) => status === 'crashed' && isKept(data));
		for (const { id } of crashed) await this.api!.rest('POST', `/executions/${id}/retry`, { loadWorkflow: false });
		return crashed.length;
	}

	/** How many of the rows that n8n had said it took are in none of its executions. */
	async lost(): Promise<number> {
		const kept = (await this.executions()).map(({ data }) => JSON.stringify(data)).join('');
		return [...this.taken].filter((key) => !kept.includes(`"key":"${key}"`)).length;
	}

	/** The rows that have a Pin in any execution. */
	async published(): Promise<Set<string>> {
		return new Set((await this.executions()).flatMap(publishedIn));
	}

	/** Ends it on the spot and for good, frozen or in the middle of a start. */
	async end(): Promise<void> {
		this.ended = true;
		await Promise.allSettled([this.booting]);
		await this.running?.kill();
	}

	private async boot(): Promise<void> {
		const install = await n8nInstalled();
		const at = performance.now();
		this.running = await startN8n({ install, userFolder: this.userFolder, port: this.running?.port });
		this.api = await new N8nApi(this.running.url).signIn();
		this.startMs = performance.now() - at;
	}

	private async executions(): Promise<ExecutionWithData[]> {
		const all: ExecutionWithData[] = [];
		const list = await this.api!.listExecutions({ workflowId: this.workflowId });
		for (const { id } of list.reverse()) all.push(await this.api!.getExecution(id));
		return all;
	}
}

/** One that was cut off before anything of it was saved cannot be retried. */
const isKept = (data: unknown) => (data as { executionData?: unknown } | null)?.executionData !== undefined;
