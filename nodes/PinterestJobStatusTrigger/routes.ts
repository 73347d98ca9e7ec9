import type { INodeExecutionData } from 'n8n-workflow';
import type { QueueName } from '../../src';

/** The outputs when each who has to act has their own, in order. */
export const ROUTES = ['Succeeded', 'Ops', 'Client', 'Engineering', 'Other'] as const;

const OF_QUEUE: Record<QueueName, (typeof ROUTES)[number]> = { ops: 'Ops', client: 'Client', engineering: 'Engineering' };

/** Events as n8n wants them: all on the one output, or each on that of its route. */
export function outputsOf(items: INodeExecutionData[], byRoute: boolean): INodeExecutionData[][] {
	return byRoute ? ROUTES.map((route) => items.filter(({ json }) => routeOf(json) === route)) : [items];
}

function routeOf({ event, job, group }: INodeExecutionData['json']): (typeof ROUTES)[number] {
	if (event === 'job.succeeded') return 'Succeeded';
	const queue = event === 'job.failed' ? (job as { queue?: { name?: QueueName } | null } | undefined)?.queue?.name
		: event === 'failure_group.opened' ? (group as { queue?: QueueName } | undefined)?.queue : undefined;
	return queue ? OF_QUEUE[queue] : 'Other';
}
