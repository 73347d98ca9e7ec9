import type { IDataObject, ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';
import { engineOf } from '../shared/engine';
import { nodeErrorOf } from '../shared/errors';
import { itemOfEvent } from '../shared/event-item';
import { repeat } from '../shared/repeat';
import { refused } from '../shared/values';
import { listenForMissingWorkers, type LocalEvent } from './missing-workers';
import { deliveryUrl, subscriptionOf, wants } from './subscription';
import { fieldsOf, idOf, paused } from './webhook-methods';
import { webhookUrlAtStart } from './webhook-url';

const RENEW_MS = 60_000;

/**
 * While the workflow is published: renews the subscription every minute and tells of missing workers.
 * n8n calls no hook when it starts again, so that this is what keeps a subscription alive.
 */
export async function keepAlive(node: ITriggerFunctions): Promise<ITriggerResponse> {
	const id = idOf(node, false);
	const fields = fieldsOf(node);
	const url = webhookUrlAtStart(node);
	if (!url) throw nodeErrorOf(node.getNode(), refused('n8n gives this trigger no address.', 'Unpublish the workflow and publish it again.'));
	const { engine, config, release } = await engineOf(node);
	const subscription = subscriptionOf(id, deliveryUrl(url, config.deliveryBaseUrl), fields, false);
	paused.delete(id);

	const workers = listenForMissingWorkers(engine, async (events) => {
		for (const event of events.filter(({ payload }) => wants(subscription, payload))) await emitOnce(event);
	});
	const emitOnce = async ({ eventId, payload }: LocalEvent) => {
		// The dispatcher will deliver it too, once a worker is back.
		if (!(await engine.takeOnce(id, eventId))) return;
		node.emit([[{ json: itemOfEvent(payload, eventId) as IDataObject }]]);
	};
	const renewal = repeat(`renewing ${id}`, Math.max(1000, RENEW_MS / (config.timeFactor ?? 1)), async () => {
		if (paused.has(id)) return;
		await engine.subscribe(subscription);
		await workers.look();
	});

	return {
		// Never unsubscribes: a restart of n8n ends here too, and what happens meanwhile is wanted.
		async closeFunction() {
			workers.stop();
			await renewal.stop();
			release();
		},
	};
}
