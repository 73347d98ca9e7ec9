import type { Resource } from '../shared/operation';
import { updateNamed } from '../shared/update.operation';
import { addNote } from './failure/add-note.operation';
import { claim } from './failure/claim.operation';
import { getGroups } from './failure/get-groups.operation';
import { getMany as getManyFailures } from './failure/get-many.operation';
import { resolve } from './failure/resolve.operation';
import { snooze } from './failure/snooze.operation';
import { checkNow } from './hold/check-now.operation';
import { getMany as getManyHolds } from './hold/get-many.operation';
import { pause } from './hold/pause.operation';
import { release } from './hold/release.operation';
import { resume } from './hold/resume.operation';
import { getProgress } from './job/get-progress.operation';
import { requeue } from './job/requeue.operation';
import { requeueMany } from './job/requeue-many.operation';
import { resolveUnknown } from './job/resolve-unknown.operation';
import { create } from './subscription/create.operation';
import { remove } from './subscription/delete.operation';
import { getDeliveries } from './subscription/get-deliveries.operation';
import { getMany as getManySubscriptions } from './subscription/get-many.operation';
import { getSecret } from './subscription/get-secret.operation';
import { pause as pauseSubscription } from './subscription/pause.operation';
import { replay } from './subscription/replay.operation';
import { resume as resumeSubscription } from './subscription/resume.operation';
import { rotateSecret } from './subscription/rotate-secret.operation';
import { test } from './subscription/test.operation';

export const resources: Resource[] = [
	{
		name: 'Job', value: 'job', description: 'A job that failed, waits, or whose Pin is in doubt',
		operations: [requeue, requeueMany, getProgress, updateNamed('Correct While Waiting', 'Correct or reschedule a waiting job'), resolveUnknown],
	},
	{ name: 'Failure', value: 'failure', description: 'Failed jobs that wait for somebody', operations: [getManyFailures, getGroups, claim, addNote, snooze, resolve] },
	{ name: 'Hold', value: 'hold', description: 'What makes an account, a client or everything wait', operations: [getManyHolds, pause, resume, checkNow, release] },
	{
		name: 'Subscription', value: 'subscription', description: 'Who is told of events, and what became of each delivery',
		operations: [getManySubscriptions, create, test, getDeliveries, replay, pauseSubscription, resumeSubscription, rotateSecret, getSecret, remove],
	},
];
