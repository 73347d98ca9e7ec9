import { sleep, type IDataObject, type IWebhookFunctions, type IWebhookResponseData } from 'n8n-workflow';
import { RECEIPT_HEADER, type Received } from '../../src';
import { engineOf } from '../shared/engine';
import { itemOfEvent, type EventPayload } from '../shared/event-item';
import { repeat } from '../shared/repeat';
import { sampleIn } from './sample';
import { idOf } from './webhook-methods';

/** One delivery: verified, taken once, and confirmed only when n8n has answered that the execution exists. */
export async function receive(node: IWebhookFunctions): Promise<IWebhookResponseData> {
	const isTest = node.getMode() === 'manual';
	const sample = isTest ? sampleIn(node, idOf(node, true)) : null;
	if (sample) return accept(sample, 'evt_sample');
	// Test listening takes nothing from the live subscription: it has no inbox.
	const inbox = isTest ? null : idOf(node, false);
	const { engine, release } = await engineOf(node);
	const request = node.getRequestObject();
	let received: Received;
	try {
		received = await engine.receive(request.headers, request.rawBody, inbox);
	} catch (error) {
		release();
		node.logger.warn(`Pinterest jobs: a delivery could not be checked: ${(error as Error).message}`);
		return answer(node, 503, 'try again');
	}
	if (!received.ok) {
		release();
		// The id proves that this trigger was reached, and not something that answers 200 to everybody.
		if (received.probeId) return answer(node, 200, received.probeId);
		// Why is for our log: who forges calls learns nothing.
		if (received.status === 401) node.logger.warn(`Pinterest jobs: a delivery was refused: ${received.reason}`);
		if (received.status === 200) giveReceipt(node, String(request.headers['webhook-id']));
		return answer(node, received.status, received.status === 200 ? 'known' : 'refused');
	}
	giveReceipt(node, received.eventId);
	settleWhenAnswered(node, received, release);
	return accept(received.payload, received.eventId);
}

// n8n answers by itself, once the execution is written or, where that was chosen, has ended: an answer of our own would come too early.
function accept(payload: EventPayload, eventId: string): IWebhookResponseData {
	return { workflowData: [[{ json: itemOfEvent(payload, eventId) as IDataObject }]], webhookResponse: { received: true } };
}

/** Goes with n8n's own answer. The worker waits for it: an n8n that starts answers 200 to everything. */
function giveReceipt(node: IWebhookFunctions, eventId: string): void {
	node.getResponseObject().setHeader(RECEIPT_HEADER, eventId);
}

function settleWhenAnswered(node: IWebhookFunctions, received: Extract<Received, { ok: true }>, release: () => void): void {
	const response = node.getResponseObject();
	const untilFinished = node.getNodeParameter('options.acknowledge', 'onReceived') === 'lastNode';
	const keeping = untilFinished ? repeat(`keeping ${received.eventId}`, received.keepMs / 3, () => received.keep(), received.keepMs / 3) : null;
	response.once('close', () => {
		wasTaken(response, untilFinished ? LONGEST_MS : PATIENCE_MS)
			.then(async (taken) => {
				await keeping?.stop();
				await (taken ? received.confirm() : received.release());
			})
			.catch((error: Error) => node.logger.warn(`Pinterest jobs: ${received.eventId} was not marked: ${error.message}`))
			.finally(release);
	});
}

/** As long as a claim of the event stands at most. */
const PATIENCE_MS = 60_000;
/** A workflow that runs longer is taken for lost: its event comes again. */
const LONGEST_MS = 60 * 60_000;
const LOOK_MS = 100;

/**
 * Whether n8n has started an execution, or ended it. A busy n8n does so also for a sender that has given up meanwhile, and answers into
 * the void: that counts as well, or the next delivery would start another one.
 */
async function wasTaken(response: Pick<ReturnType<IWebhookFunctions['getResponseObject']>, 'writableEnded' | 'statusCode'>, patienceMs: number): Promise<boolean> {
	for (let waitedMs = 0; !response.writableEnded && waitedMs < patienceMs; waitedMs += LOOK_MS) await sleep(LOOK_MS);
	return response.writableEnded && response.statusCode < 300;
}

function answer(node: IWebhookFunctions, status: number, text: string): IWebhookResponseData {
	node.getResponseObject().status(status).json({ status: text });
	return { noWebhookResponse: true };
}
