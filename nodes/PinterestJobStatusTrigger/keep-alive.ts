import type { IDataObject, ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';
import { credentialFollower, engineOf } from '../shared/engine';
import { publishErrorOf, shownBy } from '../shared/errors';
import { itemOfEvent } from '../shared/event-item';
import { repeat } from '../shared/repeat';
import { refused } from '../shared/values';
import { deliveryUrl, subscriptionOf } from './subscription';
import { fieldsOf, idOf, isPublishing, paused } from './webhook-methods';
import { webhookUrlAtStart } from './webhook-url';

// An account is without a worker when none was heard of for 90 s: so that this is told within two minutes.
const ROUND_MS = 20_000;

/** By subscription, what ends its renewals: n8n 2.41 starts a trigger anew without closing the one whose publication had failed. */
const renewed = new Map<string, () => Promise<void>>();

/**
 * While the workflow is published: renews the subscription and tells of missing workers, every 20 s.
 * n8n calls no hook when it starts again, so that this is what keeps a subscription alive.
 */
export async function keepAlive(node: ITriggerFunctions): Promise<ITriggerResponse> {
	const id = idOf(node, false);
	const fields = fieldsOf(node);
	const url = webhookUrlAtStart(node);
	if (!url) throw publishErrorOf(node.getNode(), refused('n8n gives this trigger no address.', 'Unpublish the workflow and publish it again.'));
	let held = await engineOf(node).catch(shownBy(node, publishErrorOf));
	const subscription = () => subscriptionOf(id, deliveryUrl(url, held.config.deliveryBaseUrl), fields, false);
	await renewed.get(id)?.();
	// While somebody publishes, `create` tries the address and subscribes: before it, beside it or after it.
	let early = isPublishing(node);
	if (!early) paused.delete(id);
	// n8n has started: what could not be delivered meanwhile comes now, and not when its schedule says.
	let beginsAnew = !early;

	const changedEngine = credentialFollower(node, id);
	const followCredential = async () => {
		const before = held;
		held = await changedEngine(before) ?? before;
		if (held !== before) before.release(true);
	};
	// Without a worker nobody delivers events, so that the trigger has to tell of a missing one itself.
	const tellOfMissingWorkers = async () => {
		for (const { eventId, payload } of await held.engine.watchForMissingWorkers(subscription())) {
			// The dispatcher will deliver it too, once a worker is back.
			if (!(await held.engine.takeOnce(id, eventId))) continue;
			node.emit([[{ json: itemOfEvent(payload, eventId) as IDataObject }]]);
		}
	};
	const renewal = repeat(`renewing ${id}`, Math.max(1000, ROUND_MS / (held.config.timeFactor ?? 1)), async () => {
		if (paused.has(id) || early) return void (early = false);
		await followCredential();
		await held.engine.subscribe({ ...subscription(), beginsAnew });
		beginsAnew = false;
		await tellOfMissingWorkers();
	});

	const end = async () => {
		if (renewed.get(id) === end) renewed.delete(id);
		await renewal.stop();
		held.release();
	};
	renewed.set(id, end);
	// Never unsubscribes: a restart of n8n ends here too, and what happens meanwhile is wanted.
	return { closeFunction: end };
}
