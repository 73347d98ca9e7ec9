import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

/** The texts of a Pin, with Pinterest's limits (Pinterest API 5.23 description, 2026-11). */
export const pinTextFields: INodeProperties[] = [
	{
		displayName: 'Title',
		name: 'title',
		type: 'string',
		default: '',
		placeholder: 'e.g. A lamp for long evenings',
		description: 'Up to 100 characters',
	},
	{
		displayName: 'Description',
		name: 'description',
		type: 'string',
		typeOptions: { rows: 3 },
		default: '',
		description: 'Up to 800 characters',
	},
	{
		displayName: 'Link',
		name: 'link',
		type: 'string',
		default: '',
		placeholder: 'e.g. https://shop.example/lamps/17',
		description: 'Where a click on the Pin leads, with https:// in front. Up to 2,048 characters.',
	},
	{
		displayName: 'Alt Text',
		name: 'altText',
		type: 'string',
		default: '',
		placeholder: 'e.g. A brass lamp on an oak desk',
		description: 'What the image shows, for those who cannot see it. Up to 500 characters.',
	},
];

/** Where in n8n a job comes from, so that a person finds the run that asked for it. */
export function originOf(n8n: IExecuteFunctions) {
	const workflowId = n8n.getWorkflow().id ?? null;
	const executionId = n8n.getExecutionId() ?? null;
	const base = n8n.getInstanceBaseUrl().replace(/\/$/, '');
	const executionUrl = workflowId && executionId ? `${base}/workflow/${workflowId}/executions/${executionId}` : null;
	return { workflowId, executionId, executionUrl };
}
