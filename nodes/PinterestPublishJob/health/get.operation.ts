import { perItem, type Operation } from '../../shared/operation';

export const get: Operation = {
	name: 'Get',
	value: 'get',
	action: 'Get the health of publishing',
	description: 'Whether all is well, and if not what to do: Redis, workers, waiting jobs, holds, slowed accounts, Pins in doubt, failures, undelivered events',
	fields: [{
		displayName: 'Try Addresses',
		name: 'probe',
		type: 'boolean',
		default: false,
		description: 'Whether to post a signed probe to the address of each subscription, so that one that takes no events is known before there is one',
	}],
	run: perItem(async ({ engine, n8n }, item) => await engine.health({ probe: n8n.getNodeParameter('probe', item, false) as boolean })),
};
