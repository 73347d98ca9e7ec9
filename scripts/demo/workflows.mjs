import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../lib/project.mjs';

/** A workflow of workflows/ as a user imports it, for example `readWorkflow('first-pins')`. */
export function readWorkflow(name) {
	return JSON.parse(readFileSync(join(projectFolder, 'workflows', `${name}.json`), 'utf8'));
}

/** The workflow with the credential chosen in every node that asks for its type. */
export function withCredential(workflow, { type, id, name }) {
	const chosen = (node) => (node.credentials?.[type] ? { ...node, credentials: { ...node.credentials, [type]: { id, name } } } : node);
	return { ...workflow, nodes: workflow.nodes.map(chosen) };
}

/** The workflow with other parameters, credentials or settings in one of its nodes; what is not named stays. */
export function withNode(workflow, nodeName, { parameters, credentials, ...others }) {
	if (!workflow.nodes.some(({ name }) => name === nodeName)) throw new Error(`"${workflow.name}" has no node "${nodeName}".`);
	const changed = (node) => ({
		...node,
		...others,
		parameters: { ...node.parameters, ...parameters },
		credentials: { ...node.credentials, ...credentials },
	});
	return { ...workflow, nodes: workflow.nodes.map((node) => (node.name === nodeName ? changed(node) : node)) };
}

/** The workflow with one node more. */
export function withExtraNode(workflow, node) {
	return { ...workflow, nodes: [...workflow.nodes, node] };
}

/** The workflow without these nodes and the connections that lead from or to them. */
export function withoutNodes(workflow, names) {
	const stays = (name) => !names.includes(name);
	const outputs = ({ main }) => ({ main: main.map((targets) => targets.filter(({ node }) => stays(node))) });
	const connections = Object.entries(workflow.connections).filter(([from]) => stays(from));
	return {
		...workflow,
		nodes: workflow.nodes.filter(({ name }) => stays(name)),
		connections: Object.fromEntries(connections.map(([from, to]) => [from, outputs(to)])),
	};
}

/** A Worker node for one account; `credential` is its Pinterest credential, `engine` the engine's. */
export function workerNode({ account, credential, engine, position = [0, 0], parameters = {} }) {
	const authentication = credential.type === 'pinterestJobsOAuth2Api' ? 'oAuth2' : 'accessToken';
	return {
		id: `worker-${account}`,
		name: `Worker ${account}`,
		type: 'n8n-nodes-pinterest-jobs.pinterestPublishWorker',
		typeVersion: 1,
		position,
		parameters: { authentication, account, ...parameters },
		credentials: { [credential.type]: reference(credential), [engine.type]: reference(engine) },
	};
}

export const reference = ({ id, name }) => ({ id, name });
