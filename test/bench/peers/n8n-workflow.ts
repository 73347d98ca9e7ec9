import type { ExecutionWithData, Item, WorkflowJson } from '../../../scripts/lib/n8n.mjs';
import type { PinCall } from './post-pin.mjs';

/** A Pin as a row of the sheet that the workflow is given. */
export interface SheetRow extends Pick<PinCall, 'token' | 'body'> {
	key: string;
}

export interface WorkflowWish {
	/** Base URL of the API, with /v5. */
	url: string;
	tries: number;
	waitMs: number;
}

/** Path of the webhook that takes the rows. */
export const PATH = 'rows';
const RESULT = 'Note Result';

/** One row at a time through an HTTP Request node with Retry On Fail; a row that fails is noted and the next one comes. */
export function publishingWorkflow({ url, tries, waitMs }: WorkflowWish): WorkflowJson {
	const nodes = [
		node('Rows', 'webhook', 2, { httpMethod: 'POST', path: PATH, responseMode: 'onReceived' }, { webhookId: PATH }),
		node('Split Out', 'splitOut', 1, { fieldToSplitOut: 'body.rows', options: {} }),
		node('Loop Over Items', 'splitInBatches', 3, { options: {} }),
		node('Create Pin', 'httpRequest', 4.3, {
			method: 'POST', url: `${url}/pins`, sendBody: true, specifyBody: 'json', jsonBody: '={{ JSON.stringify($json.body) }}',
			sendHeaders: true, headerParameters: { parameters: [{ name: 'Authorization', value: '=Bearer {{ $json.token }}' }] }, options: {},
		}, { retryOnFail: true, maxTries: tries, waitBetweenTries: waitMs, onError: 'continueRegularOutput' }),
		node(RESULT, 'set', 3.4, {
			mode: 'manual', options: {},
			assignments: { assignments: [
				field('key', "={{ $('Loop Over Items').item.json.key }}"), field('pinId', "={{ $json.id ?? '' }}"),
				field('error', "={{ $json.error?.message ?? $json.error ?? '' }}"),
			] },
		}),
	];
	const to = (...names: string[]) => names.map((name) => ({ node: name, type: 'main', index: 0 }));
	return {
		name: 'Publish Pins', nodes,
		connections: {
			Rows: { main: [to('Split Out')] },
			'Split Out': { main: [to('Loop Over Items')] },
			'Loop Over Items': { main: [[], to('Create Pin')] },
			'Create Pin': { main: [to(RESULT)] },
			[RESULT]: { main: [to('Loop Over Items')] },
		},
		settings: { executionOrder: 'v1', saveExecutionProgress: true, saveDataSuccessExecution: 'all', saveDataErrorExecution: 'all' },
	};
}

/** The rows that an execution has noted a Pin for; a run that was cut off has noted nothing. */
export function publishedIn(execution: ExecutionWithData): string[] {
	const runs = (execution.data?.resultData?.runData?.[RESULT] ?? []) as { data?: { main?: (Item[] | null)[] } }[];
	const noted = runs.flatMap(({ data }) => data?.main?.[0] ?? []);
	return noted.filter(({ json }) => json.pinId).map(({ json }) => String(json.key));
}

function node(name: string, type: string, typeVersion: number, parameters: object, more: object = {}): object {
	return { id: name, name, type: `n8n-nodes-base.${type}`, typeVersion, position: [0, 0], parameters, ...more };
}

const field = (name: string, value: string) => ({ id: name, name, value, type: 'string' });
