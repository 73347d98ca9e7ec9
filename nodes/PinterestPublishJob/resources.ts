import type { Resource } from '../shared/operation';
import { updateNamed } from '../shared/update.operation';
import { getMany as getManyAccounts } from './account/get-many.operation';
import { get as getHealth } from './health/get.operation';
import { cancel } from './job/cancel.operation';
import { enqueue } from './job/enqueue.operation';
import { get } from './job/get.operation';
import { getMany } from './job/get-many.operation';

export const resources: Resource[] = [
	{ name: 'Job', value: 'job', description: 'A Pin to publish, and what becomes of it', operations: [enqueue, get, getMany, updateNamed('Update', 'Update a waiting job'), cancel] },
	{ name: 'Account', value: 'account', description: 'A Pinterest account that a worker publishes for', operations: [getManyAccounts] },
	{ name: 'Health', value: 'health', description: 'Redis, workers, holds and deliveries', operations: [getHealth] },
];
