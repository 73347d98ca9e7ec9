import { readWorkflow, withCredential, withNode, type CredentialOfN8n, type NodeJson } from '../../../scripts/demo/workflows.mjs';
import type { WorkflowJson } from '../../support/n8n';
import type { ServiceRequest, Services } from './services';
import type { World } from './world';

/** A workflow of workflows/ with the credentials chosen that a user chooses after importing it. */
export function chosen(world: World, name: string, credentials: CredentialOfN8n[] = []): WorkflowJson {
	return [world.engineCredential, ...credentials].reduce(withCredential, readWorkflow(name));
}

/** The workflow with these values where it says “Fill in here”. */
export function filled(workflow: WorkflowJson, values: Record<string, string>, node = 'Fill in here'): WorkflowJson {
	const { parameters } = (workflow.nodes as NodeJson[]).find(({ name }) => name === node)!;
	const { assignments } = parameters['assignments'] as { assignments: { name: string; value: string }[] };
	const changed = assignments.map((one) => ({ ...one, value: values[one.name] ?? one.value }));
	return withNode(workflow, node, { parameters: { assignments: { assignments: changed } } }) as WorkflowJson;
}

/** Imports and publishes it. */
export async function publish(world: World, workflow: WorkflowJson): Promise<{ id: string }> {
	const { id } = await world.import(workflow);
	await world.n8n.api.activate(id, { timeoutMs: 60_000 });
	return { id };
}

/** Slack's credential, whose messages the stand-in takes. */
export async function slackOf(world: World, services: Services): Promise<CredentialOfN8n> {
	services.on('slack.com', ({ body }) => ({ json: { ok: true, ts: '1.1', channel: (body as { channel: string }).channel, message: {} } }));
	return await world.n8n.api.createCredential({ name: 'Slack account', type: 'slackApi', data: { accessToken: 'xoxb-token-of-the-test' } });
}

/** What was said in Slack so far. */
export function said(services: Services): { channel: string; text: string }[] {
	return services.requests('slack.com').map(({ body }: ServiceRequest) => body as { channel: string; text: string });
}

/** The address behind the link of a message, as Slack opens it. */
export function linkIn(text: string): string {
	const [, address] = /<(http[^|>]+)\|/.exec(text) ?? [];
	if (!address) throw new Error(`There is no link in: ${text}`);
	return address.replaceAll('&amp;', '&');
}
