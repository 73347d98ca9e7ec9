import { NodeHelpers, type IHookFunctions, type ITriggerFunctions } from 'n8n-workflow';
import { refused } from '../shared/values';

export const WEBHOOK_PATH = 'pinterest-jobs';

/** The address of this trigger as n8n tells it when the workflow is published; kept for `webhookUrlAtStart`. */
export function webhookUrlOf(node: IHookFunctions, test: boolean): string {
	const url = node.getNodeWebhookUrl('default');
	if (!url) throw refused('n8n gives this trigger no address.', 'Save the workflow and try again.');
	if (!test) node.getWorkflowStaticData('node')['webhookUrl'] = url;
	return url;
}

/**
 * The same address in `trigger()`, for which n8n offers no function. What n8n is configured to now comes first: nobody
 * publishes a workflow again because WEBHOOK_URL has changed.
 */
export function webhookUrlAtStart(node: ITriggerFunctions): string | null {
	const { webhookBaseUrl } = (node as { additionalData?: { webhookBaseUrl?: unknown } }).additionalData ?? {};
	const { id } = node.getWorkflow();
	if (typeof webhookBaseUrl === 'string' && id) return NodeHelpers.getNodeWebhookUrl(webhookBaseUrl, id, node.getNode(), WEBHOOK_PATH);
	const kept = node.getWorkflowStaticData('node')['webhookUrl'];
	return typeof kept === 'string' ? kept : null;
}
