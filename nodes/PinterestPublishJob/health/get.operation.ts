import { perItem, type Operation } from '../../shared/operation';

export const get: Operation = {
	name: 'Get',
	value: 'get',
	action: 'Get the health of publishing',
	description: 'Whether all is well, and if not what to do: Redis, workers, waiting jobs, holds, slowed accounts, undelivered events',
	fields: [],
	run: perItem(async ({ engine }) => await engine.health()),
};
