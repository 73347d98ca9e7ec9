import type { NodeJson } from '../../../scripts/demo/workflows.mjs';
import type { PublishRequest } from '../../../src';
import { N8nApi, type ExecutionWithData, type Item, type WorkflowJson } from '../../support/n8n';
import type { World } from './world';

/** One Pin as a workflow has it before Enqueue. */
export interface PinItem {
	account: string;
	board: string;
	record?: string;
	title?: string;
	description?: string;
	link?: string;
	image?: string;
	[more: string]: unknown;
}

const place = { typeVersion: 1, position: [0, 0] as [number, number] };
const to = (node: string) => ({ main: [[{ node, type: 'main', index: 0 }]] });

/** Start → Pins (a Code node with these lines) → Enqueue. */
export function enqueueFlow(world: World, code: string, more: Partial<NodeJson> = {}): WorkflowJson {
	return {
		name: `Enqueue ${world.namespace}`,
		nodes: [
			{ ...place, id: 'start', name: 'Start', type: 'n8n-nodes-base.manualTrigger', parameters: {} },
			{ ...place, id: 'pins', name: 'Pins', type: 'n8n-nodes-base.code', typeVersion: 2, parameters: { jsCode: code } },
			enqueueNode(world, more),
		],
		connections: { Start: to('Pins'), Pins: to('Enqueue') },
	};
}

/** A Publish Job node that takes every field from its item. */
export function enqueueNode(world: World, { parameters, ...more }: Partial<NodeJson> = {}): NodeJson {
	return {
		...place,
		id: 'enqueue',
		name: 'Enqueue',
		type: 'n8n-nodes-pinterest-jobs.pinterestPublishJob',
		parameters: {
			account: { __rl: true, mode: 'name', value: '={{ $json.account }}' },
			board: { __rl: true, mode: 'id', value: '={{ $json.board }}' },
			source: '={{ $json.record }}',
			imageUrl: '={{ $json.image }}',
			title: '={{ $json.title }}',
			description: '={{ $json.description }}',
			link: '={{ $json.link }}',
			...parameters,
		},
		credentials: world.credentials,
		...more,
	};
}

/** Start → Ask, a Publish Job node with these parameters. */
export function publishJobFlow(world: World, parameters: Record<string, unknown>): WorkflowJson {
	return {
		name: `Ask ${world.namespace}`,
		nodes: [
			{ ...place, id: 'start', name: 'Start', type: 'n8n-nodes-base.manualTrigger', parameters: {} },
			{ ...place, id: 'ask', name: 'Ask', type: 'n8n-nodes-pinterest-jobs.pinterestPublishJob', parameters, credentials: world.credentials },
		],
		connections: { Start: to('Ask') },
	};
}

/** Code that gives these items, whatever they are. */
export const codeFor = (items: object[]): string => `return ${JSON.stringify(items)}.map((json) => ({ json }));`;

/** `count` Pins of an account, over its boards. */
export function pins(world: World, count: number, { account = world.accounts[0]!, prefix = 'pin' } = {}): PinItem[] {
	return Array.from({ length: count }, (_, index) => ({
		account: account.name,
		board: account.boards[index % account.boards.length]!,
		record: `${prefix}-${account.name}-${index}`,
		title: `Lamp ${index}`,
		link: `https://shop.example/${prefix}/${account.name}/${index}`,
		image: `https://shop.example/images/${prefix}-${account.name}-${index}.jpg`,
	}));
}

/** The same Pin as the engine takes it. */
export function requestOf({ account, board, record, title, link, image }: PinItem): PublishRequest {
	return { account, boardId: board, source: record!, title: title!, link: link!, media: { kind: 'image_url', url: image! } };
}

/** A workflow that the Status Trigger starts, and nothing else. */
export function statusFlow(world: World, events: string[], more: Record<string, unknown> = {}): WorkflowJson {
	return {
		name: `Status ${world.namespace}`,
		nodes: [
			{
				...place,
				id: 'status',
				name: 'News',
				type: 'n8n-nodes-pinterest-jobs.pinterestJobStatusTrigger',
				parameters: { events, ...more },
				credentials: world.credentials,
			},
		],
		connections: {},
	};
}

/** Runs a workflow by hand, and waits for its end. */
export async function run({ n8n }: World, id: string, trigger = 'Start'): Promise<ExecutionWithData> {
	return n8n.api.finishedExecution(await n8n.api.runManually(id, trigger), { timeoutMs: 120_000 });
}

/** For a Pin that is to fail for its board or its media, which Enqueue would refuse. */
export const unchecked: Partial<NodeJson> = { parameters: { options: { checkBoard: false, checkMedia: false } } };

/** Enqueues these items through n8n; the jobs as the node gave them. */
export async function enqueue(world: World, items: object[], more: Partial<NodeJson> = {}): Promise<Item[]> {
	const { id } = await world.import(enqueueFlow(world, codeFor(items), more));
	const execution = await run(world, id);
	const [jobs] = N8nApi.outputOf(execution, 'Enqueue');
	if (execution.status !== 'success') throw new Error(`Enqueue ended with ${execution.status}: ${execution.data.resultData.error?.message}`);
	return jobs!;
}

/** What the Status Trigger put out in each execution of its published workflow, oldest first; `manual` for its tests. */
export async function told(world: World, workflowId: string, { node = 'News', manual = false } = {}): Promise<Array<Record<string, unknown>>> {
	const executions = (await world.n8n.api.listExecutionsWithData({ workflowId })).filter(({ mode }) => (mode === 'manual') === manual);
	return executions.reverse().flatMap((execution) => (N8nApi.outputOf(execution, node)[0] ?? []).map(({ json }) => json));
}
