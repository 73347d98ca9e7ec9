import { perItem, type Operation } from '../../shared/operation';
import { refused, textOf } from '../../shared/values';

export const getProgress: Operation = {
	name: 'Get Requeue Progress',
	value: 'getProgress',
	action: 'Get the progress of a bulk requeue',
	description: 'How many jobs of a Requeue Many were put back, how many were refused and why, and where they stand now',
	fields: [
		{
			displayName: 'Bulk ID',
			name: 'bulk',
			type: 'string',
			required: true,
			default: '={{ $json.bulk }}',
			placeholder: 'e.g. bulk_3f9c1a7e5b2d4c6f8a90',
			description: 'What Requeue Many returned as bulk; kept for 30 days',
		},
	],
	run: perItem(async ({ n8n, engine }, item) => {
		const bulk = textOf(n8n.getNodeParameter('bulk', item, ''), 'Bulk ID');
		if (!bulk) throw refused('Bulk ID is empty.', 'Use what Requeue Many returned as bulk.');
		return await engine.failures.progress(bulk);
	}),
};
