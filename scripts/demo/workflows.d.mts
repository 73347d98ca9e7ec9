import type { WorkflowJson } from '../lib/n8n.mjs';

export interface CredentialOfN8n {
	id: string;
	name: string;
	type: string;
}

export interface NodeJson {
	id: string;
	name: string;
	type: string;
	typeVersion: number;
	position: [number, number];
	parameters: Record<string, unknown>;
	credentials?: Record<string, { id: string; name: string }>;
	onError?: 'continueErrorOutput' | 'continueRegularOutput';
	retryOnFail?: boolean;
	maxTries?: number;
	waitBetweenTries?: number;
}

/** A workflow of workflows/ as a user imports it. */
export function readWorkflow(name: string): WorkflowJson;
/** The workflow with the credential chosen in every node that asks for its type. */
export function withCredential(workflow: WorkflowJson, credential: CredentialOfN8n): WorkflowJson;
/** The workflow with other parameters, credentials or settings in one of its nodes; what is not named stays. */
export function withNode(workflow: WorkflowJson, nodeName: string, change: Partial<NodeJson>): WorkflowJson;
export function withExtraNode(workflow: WorkflowJson, node: NodeJson): WorkflowJson;
/** The workflow without these nodes and the connections that lead from or to them. */
export function withoutNodes(workflow: WorkflowJson, names: string[]): WorkflowJson;
/** A Worker node for one account. */
export function workerNode(of: {
	account: string;
	credential: CredentialOfN8n;
	engine: CredentialOfN8n;
	position?: [number, number];
	parameters?: Record<string, unknown>;
}): NodeJson;
export function reference(credential: CredentialOfN8n): { id: string; name: string };
