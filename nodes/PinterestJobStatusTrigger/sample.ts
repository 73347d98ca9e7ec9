import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IDataObject, IHookFunctions, IWebhookFunctions } from 'n8n-workflow';
import { JOB_STATES, type Engine, type EventType, type JobState, type Subscription } from '../../src';
import { engineOf } from '../shared/engine';
import type { EventPayload } from '../shared/event-item';
import { exampleJob } from './example-job';

const HEADER = 'x-pinterest-jobs-sample';

// A real event comes first if there is one: n8n stops listening after the first call.
const PATIENCE_MS = 5000;

// By test subscription: what proves that a call is the sample that this process sends to itself.
const awaited = new Map<string, { proof: string; timer: NodeJS.Timeout }>();

/**
 * Sends the newest job that fits, or an example, to the trigger that listens for a test: no worker is needed to see what comes.
 * `ownUrl` is its address as n8n tells it, for when events are delivered to a webhook process, which takes no tests.
 */
export function sendSampleLater(node: IHookFunctions, { id, url, events }: Subscription, ownUrl: string): void {
	const proof = randomBytes(24).toString('base64url');
	const send = async () => {
		const { engine, release } = await engineOf(node);
		try {
			const body = (await sampleOf(engine, events)) as unknown as IDataObject;
			const sendTo = (target: string) => node.helpers.httpRequest({ method: 'POST', url: target, headers: { [HEADER]: proof }, body, json: true }) as Promise<unknown>;
			await sendTo(url).catch((error: unknown) => {
				if (url === ownUrl) throw error;
				return sendTo(ownUrl);
			});
		} finally {
			release();
		}
	};
	const timer = setTimeout(() => {
		send().catch((error: Error) => node.logger.debug(`Pinterest jobs: no sample event: ${error.message}`));
	}, PATIENCE_MS);
	forgetSample(id);
	awaited.set(id, { proof, timer: timer.unref() });
}

/** The test has ended. */
export function forgetSample(id: string): void {
	clearTimeout(awaited.get(id)?.timer);
	awaited.delete(id);
}

/** The sample in a call to the test address, if it is one of this process. */
export function sampleIn(node: IWebhookFunctions, id: string): EventPayload | null {
	const given = Buffer.from(String(node.getHeaderData()[HEADER] ?? ''));
	const proof = Buffer.from(awaited.get(id)?.proof ?? '');
	if (proof.length === 0 || given.length !== proof.length || !timingSafeEqual(given, proof)) return null;
	return node.getBodyData() as unknown as EventPayload;
}

async function sampleOf(engine: Pick<Engine, 'list'>, events: EventType[]): Promise<EventPayload> {
	const states = JOB_STATES.filter((state) => events.includes(`job.${state}`));
	const [job] = states.length > 0 ? (await engine.list({ states, limit: 1 })).jobs : [];
	const shown = job ?? exampleJob(states.includes('failed') && !states.includes('succeeded') ? 'failed' : (states[0] ?? 'succeeded'));
	return { type: `job.${shown.state}` as `job.${JobState}`, timestamp: shown.finishedAt ?? shown.createdAt, data: { ...shown } };
}
