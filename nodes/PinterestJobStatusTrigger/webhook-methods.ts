import type { IHookFunctions } from 'n8n-workflow';
import { isEngineError, type Engine } from '../../src';
import { engineOf, type Held } from '../shared/engine';
import { publishErrorOf } from '../shared/errors';
import { forgetSample, sendSampleLater } from './sample';
import { deliveryUrl, subscriptionId, subscriptionOf, type TriggerFields } from './subscription';
import { webhookUrlOf } from './webhook-url';

/** Subscriptions that were paused, or whose publication failed, in this process: a renewal under way must not wake them. */
export const paused = new Set<string>();

type Node = Pick<IHookFunctions, 'getNode' | 'getWorkflow' | 'getInstanceId'>;

export function idOf(node: Node, test: boolean): string {
	return subscriptionId({ instanceId: node.getInstanceId(), workflowId: node.getWorkflow().id ?? '', nodeId: node.getNode().id }, test);
}

/** The parameters, read at once: n8n evaluates no expression later, in a loop. */
export function fieldsOf(node: { getNodeParameter(name: string, fallback?: unknown): unknown }): TriggerFields {
	return {
		events: node.getNodeParameter('events', []),
		filters: (node.getNodeParameter('filters', {}) ?? {}) as Record<string, unknown>,
		latestOnly: node.getNodeParameter('options.latestOnly', false) === true,
	};
}

export const webhookMethods = {
	default: {
		/** Never: creating is idempotent and renews what is there. */
		async checkExists(this: IHookFunctions): Promise<boolean> {
			return await Promise.resolve(false);
		},

		async create(this: IHookFunctions): Promise<boolean> {
			// In the editor's test the workflow may be published at the same time.
			const test = this.getMode() === 'manual';
			const id = idOf(this, test);
			let held: Held | null = null;
			try {
				held = await engineOf(this);
				const { engine, config } = held;
				const url = webhookUrlOf(this, test);
				const subscription = subscriptionOf(id, deliveryUrl(url, config.deliveryBaseUrl), fieldsOf(this), test);
				// n8n 2.41 runs trigger() beside this: it renews nothing until the address has been tried.
				paused.add(id);
				// Who publishes has looked at what was wrong: a disabled subscription goes on.
				const unsure = await engine.subscribe({ ...subscription, beginsAnew: isPublishing(this) }, isPublishing(this) ? { probe: 'trigger' } : {});
				paused.delete(id);
				if (unsure) this.logger.warn(`Pinterest jobs: ${id} is subscribed. ${unsure}`);
				if (test) sendSampleLater(this, subscription, url);
				return true;
			} catch (error) {
				// At n8n's start nobody is there to see it, and trigger() subscribes as soon as Redis is back.
				if (!isEngineError(error) || error.code !== 'redis_unavailable' || this.getActivationMode() !== 'init') throw publishErrorOf(this.getNode(), error);
				paused.delete(id);
				this.logger.warn(`Pinterest jobs: ${id} is not subscribed yet: ${error.message}`);
				return true;
			} finally {
				held?.release();
			}
		},

		/** Pauses, so that what happens until the workflow is published again is kept for it; test listening just ends. */
		async delete(this: IHookFunctions): Promise<boolean> {
			let held: Held | null = null;
			try {
				held = await engineOf(this);
				await endOrPause(this, held.engine);
			} catch (error) {
				// Deactivating goes on: a subscription that nobody renews ends by itself.
				this.logger.warn(`Pinterest jobs: ${idOf(this, false)} could not be paused: ${(error as Error).message}`);
			} finally {
				held?.release();
			}
			return true;
		},
	},
};

/** A person publishes: no restart, where nobody would see the answer and n8n may not listen yet; no test listening. */
export function isPublishing(node: Pick<IHookFunctions, 'getActivationMode'>): boolean {
	return ['activate', 'update'].includes(node.getActivationMode());
}

/** n8n ends a test like a publication; only the path tells which of the two subscriptions is meant. */
async function endOrPause(node: IHookFunctions, engine: Engine): Promise<void> {
	const live = idOf(node, false);
	const called = node.getNodeWebhookUrl('default');
	// Not the origin: the credential may have been corrected since.
	const path = called ? new URL(called).pathname : null;
	const isLive = path !== null && (await engine.endpoints.list()).some(({ id, url }) => id === live && url.endsWith(path));
	if (!isLive) {
		forgetSample(idOf(node, true));
		return await engine.unsubscribe(idOf(node, true));
	}
	paused.add(live);
	await engine.pauseSubscription(live);
}
