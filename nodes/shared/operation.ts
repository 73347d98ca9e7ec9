import { updateDisplayOptions, type IDataObject, type IExecuteFunctions, type INodeExecutionData, type INodeProperties } from 'n8n-workflow';
import type { Engine } from '../../src';
import { engineOf } from './engine';
import { itemErrorOf, nodeErrorOf } from './errors';
import { addOutputHints } from './next-action.hints';
import { refused } from './values';

/** What a run of an operation works with. */
export interface Call {
	n8n: IExecuteFunctions;
	engine: Engine;
	/** How many items came in; fields are read for each of them. */
	items: number;
}

/** What became of one item: the items it gives, or its error. */
export type Outcome = { json: IDataObject[] } | { error: unknown };

/** One operation: how n8n shows it, its fields, and what it does. */
export interface Operation {
	name: string;
	value: string;
	/** What n8n's search shows. */
	action: string;
	description: string;
	/** `displayOptions` need not name resource and operation. */
	fields: INodeProperties[];
	/** Refused to an AI agent: a person decides. */
	peopleOnly?: true;
	/** Hints tell what to do about the failed, held and refused jobs of the output, and what its accounts wait for. */
	tellsNext?: true;
	/** What has happened to the items that went well ("enqueued"); absent when nothing is changed. */
	done?: string;
	/** One outcome per item, in order; what it throws is every item's error. */
	run(call: Call): Promise<Outcome[]>;
}

export interface Resource {
	name: string;
	value: string;
	description: string;
	operations: Operation[];
}

/** The `run` of an operation that treats its items one by one. */
export function perItem(one: (call: Call, item: number) => Promise<unknown>): Operation['run'] {
	return async (call) => {
		const outcomes: Outcome[] = [];
		for (let item = 0; item < call.items; item++) {
			outcomes.push(await one(call, item).then(
				(result) => ({ json: (Array.isArray(result) ? result : [result]) as IDataObject[] }),
				(error: unknown) => ({ error }),
			));
		}
		return outcomes;
	};
}

/** The resource and operation selectors and every operation's fields, each shown where it belongs. */
export function propertiesOf(resources: Resource[]): INodeProperties[] {
	const first = resources[0]!;
	return [
		{
			displayName: 'Resource',
			name: 'resource',
			type: 'options',
			noDataExpression: true,
			options: resources.map(({ name, value, description }) => ({ name, value, description })),
			default: first.value,
		},
		...resources.flatMap(operationsOf),
	];
}

function operationsOf({ value: resource, operations }: Resource): INodeProperties[] {
	const selector: INodeProperties = {
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: [resource] } },
		options: operations.map(({ name, value, action, description }) => ({ name, value, action, description })),
		default: operations[0]!.value,
	};
	return [
		selector,
		...operations.flatMap((operation) =>
			updateDisplayOptions({ show: { resource: [resource], operation: [operation.value] } }, operation.fields)),
	];
}

/** Runs the chosen operation over all items. The good ones are done before the first bad one is reported. */
export async function execute(n8n: IExecuteFunctions, resources: Resource[]): Promise<INodeExecutionData[][]> {
	const operation = chosen(n8n, resources);
	const items = n8n.getInputData().length;
	const outcomes = await run(n8n, operation, items);
	if (operation.tellsNext) addOutputHints(n8n, outcomes.flatMap((outcome) => ('json' in outcome ? outcome.json : [])));
	const good = outcomes.filter((outcome) => 'json' in outcome).length;
	return [outcomes.flatMap((outcome, item) => {
		if ('json' in outcome) return outcome.json.map((json) => ({ json, pairedItem: { item } }));
		if (!n8n.continueOnFail()) throw nodeErrorOf(n8n.getNode(), outcome.error, item, othersAreDone(operation, good));
		return [{ json: { error: { ...itemErrorOf(outcome.error) } }, pairedItem: { item } }];
	})];
}

async function run(n8n: IExecuteFunctions, operation: Operation, items: number): Promise<Outcome[]> {
	if (operation.peopleOnly && isTool(n8n)) {
		const error = refused(`An AI agent may not use "${operation.action}".`, 'Put this step into a workflow that a person starts.');
		return Array.from({ length: items }, () => ({ error }));
	}
	let release: (() => void) | null = null;
	try {
		const borrowed = await engineOf(n8n);
		release = borrowed.release;
		return await operation.run({ n8n, engine: borrowed.engine, items });
	} catch (error) {
		return Array.from({ length: items }, () => ({ error }));
	} finally {
		release?.();
	}
}

function chosen(n8n: IExecuteFunctions, resources: Resource[]): Operation {
	const resource = n8n.getNodeParameter('resource', 0);
	const name = n8n.getNodeParameter('operation', 0);
	const operation = resources.find(({ value }) => value === resource)?.operations.find(({ value }) => value === name);
	if (!operation) throw nodeErrorOf(n8n.getNode(), refused(`This node has no operation "${String(name)}".`, 'Choose an operation from its list.'));
	return operation;
}

// n8n gives the tool variant of a node its own type name, whichever way the agent calls it.
function isTool(n8n: IExecuteFunctions): boolean {
	return n8n.getNode().type.endsWith('Tool') || n8n.isToolExecution?.() === true;
}

function othersAreDone({ done }: Operation, good: number): string {
	if (!done || good === 0) return '';
	return `The other ${good === 1 ? 'item was' : `${good} items were`} ${done}; running again is safe.`;
}
