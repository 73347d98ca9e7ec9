import { perItem, type Operation } from '../../shared/operation';

export const getMany: Operation = {
	name: 'Get Many',
	value: 'getAll',
	action: 'Get many holds',
	description: 'What makes an account or the whole app wait: a dead token, a limit, a missing worker, and how many jobs wait behind it',
	fields: [],
	run: perItem(async ({ engine }) => await engine.holds()),
};
