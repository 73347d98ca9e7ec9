export interface N8nInstall {
	version: string;
	nodePath: string;
	folder: string;
	n8nPath: string;
}

export interface N8nOptions {
	install: N8nInstall;
	/** Keeps the database, the encryption key and n8n.log; a second start finds them. */
	userFolder: string;
	port?: number;
	/** The built package to load; without it n8n has its own nodes only. */
	packageDir?: string;
	env?: Record<string, string>;
	/** Keeps a Ctrl-C at the terminal from n8n, for callers who end it themselves. */
	detached?: boolean;
	timeoutMs?: number;
}

export interface N8n {
	url: string;
	port: number;
	pid: number;
	userFolder: string;
	/** SIGTERM, and waits until n8n is gone. */
	stop(): Promise<void>;
	/** SIGKILL, and waits until n8n is gone. */
	kill(): Promise<void>;
	/** What this start has written so far. */
	log(): string;
}

export interface WorkflowJson {
	name: string;
	nodes: object[];
	connections: object;
	settings?: object;
}

export interface Workflow extends WorkflowJson {
	id: string;
	active: boolean;
}

export interface Item {
	json: Record<string, unknown>;
	binary?: Record<string, unknown>;
	pairedItem?: unknown;
	error?: unknown;
}

export interface Execution {
	id: string;
	status: string;
	mode: string;
	workflowId: string;
	startedAt: string;
	stoppedAt: string | null;
}

export interface ExecutionWithData extends Execution {
	data: { resultData: { runData: Record<string, unknown>; error?: { message: string } } };
}

export class N8nApi {
	static owner: { email: string; firstName: string; lastName: string; password: string };
	/** The items a node put out in its last run: one array for each of its outputs. */
	static outputOf(execution: ExecutionWithData, nodeName: string): Item[][];
	constructor(url: string);
	/** Signs in as the owner, who is created on the first visit, and gets an API key. */
	signIn(): Promise<this>;
	createWorkflow(workflow: WorkflowJson): Promise<Workflow>;
	/** Replaces nodes, connections and settings; a published workflow is published again. */
	updateWorkflow(id: string, workflow: WorkflowJson): Promise<Workflow>;
	getWorkflow(id: string): Promise<Workflow>;
	deleteWorkflow(id: string): Promise<void>;
	createCredential(credential: { name: string; type: string; data: object }): Promise<{ id: string; name: string; type: string }>;
	deleteCredential(id: string): Promise<void>;
	/** What the credential's own test says, in n8n; `credentials` is { id, name, type, data }. */
	testCredential(credentials: object): Promise<{ status: 'OK' | 'Error'; message: string }>;
	/** Publishes the workflow and waits until all its triggers and webhooks are live. */
	activate(id: string, options?: { timeoutMs?: number }): Promise<void>;
	/** Takes the workflow back and waits until nothing of it is live. */
	deactivate(id: string, options?: { timeoutMs?: number }): Promise<void>;
	/** Runs the saved workflow from the named trigger; returns the id of the execution. */
	runManually(id: string, triggerName: string): Promise<string>;
	/** The editor's "Listen for test event". */
	listenForTest(id: string, triggerName: string): Promise<void>;
	/** n8n 2.41 answers before its nodes have let go. */
	stopListening(id: string): Promise<void>;
	callWebhook(
		path: string,
		options?: { method?: string; body?: unknown; test?: boolean },
	): Promise<{ status: number; body: unknown }>;
	/** All executions of a workflow, newest first, without their data. */
	listExecutions(filter?: { workflowId?: string; status?: string }): Promise<Execution[]>;
	/** The same with their data, run by run. */
	listExecutionsWithData(filter?: { workflowId?: string; status?: string }): Promise<ExecutionWithData[]>;
	getExecution(id: string): Promise<ExecutionWithData>;
	/** The execution once it has ended, whatever its status. */
	finishedExecution(id: string, options?: { timeoutMs?: number }): Promise<ExecutionWithData>;
	/** The descriptions of all types this n8n has loaded. */
	knownTypes(kind: 'nodes' | 'credentials'): Promise<Array<{ name: string }>>;
	/** n8n's internal interface, as the editor uses it; `path` follows /rest. */
	rest(method: string, path: string, body?: unknown): Promise<unknown>;
	/** n8n's public interface; `path` follows /api/v1. */
	api(method: string, path: string, body?: unknown): Promise<unknown>;
}

export const n8nOnOlderNode: string;
export const n8nOnNode24: string;
export function n8nForThisNode(): string;
export function whyNotHere(version: string): string | undefined;
export function n8nInstalled(version?: string): Promise<N8nInstall>;
export function startN8n(options: N8nOptions): Promise<N8n>;
/** A further process of an n8n in queue mode. */
export function startN8nMember(command: 'worker' | 'webhook', options: Omit<N8nOptions, 'packageDir'>): Promise<N8n>;
