import { perItem, type Operation } from '../../shared/operation';

export const getMany: Operation = {
	name: 'Get Many',
	value: 'getAll',
	action: 'Get many accounts',
	description: 'Every account that a worker reported or a job names: who serves it, what waits, when its next Pin may go out and why not before, its boards',
	fields: [],
	tellsNext: true,
	run: perItem(async ({ engine }) => await engine.accounts()),
};
