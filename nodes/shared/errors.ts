import { NodeOperationError, type INode } from 'n8n-workflow';
import { isEngineError, type EngineErrorCode, type ErrorClass } from '../../src';

/** What became of one item that failed: the only thing under `error` in the node's output. */
export interface ItemError {
	message: string;
	code: EngineErrorCode | 'unexpected';
	class: ErrorClass;
	hint: string | null;
	/** The job it is about, when there is one already. */
	jobId: string | null;
}

// Everything else needs a person: another value in a field, another setting.
const CLASSES: Partial<Record<EngineErrorCode, ErrorClass>> = { redis_unavailable: 'retry', namespace_full: 'retry_later' };

/** The error of one item as a workflow can branch on it. */
export function itemErrorOf(error: unknown): ItemError {
	if (isEngineError(error)) {
		return {
			message: error.message,
			code: error.code,
			class: CLASSES[error.code] ?? 'route',
			hint: error.hint,
			jobId: typeof error.details['jobId'] === 'string' ? error.details['jobId'] : null,
		};
	}
	if (error instanceof NodeOperationError) {
		return { message: error.message, code: 'invalid_request', class: 'route', hint: error.description ?? null, jobId: null };
	}
	const message = error instanceof Error ? error.message : String(error);
	return { message, code: 'unexpected', class: 'stop', hint: 'This is a fault of the node: report it with this message.', jobId: null };
}

/** Throws it as n8n shows it: for what goes wrong before there is an engine. */
export function shownBy(node: { getNode(): INode }, shown: (node: INode, error: unknown) => NodeOperationError = nodeErrorOf): (error: unknown) => never {
	return (error) => {
		throw shown(node.getNode(), error);
	};
}

/**
 * The same error for n8n's panel: our sentence, our hint as description, and the item it is about.
 * Its cause is left out: n8n keeps errors with the execution, and a Redis error carries its command, a password included.
 */
export function nodeErrorOf(node: INode, error: unknown, itemIndex?: number, note = ''): NodeOperationError {
	const { message, hint } = itemErrorOf(error);
	const description = [hint, note].filter(Boolean).join(' ');
	const shown = new NodeOperationError(node, message, { description, ...(itemIndex === undefined ? {} : { itemIndex }) });
	// n8n replaces a sentence that holds a code of the network (ECONNREFUSED) by one that does not say who refused.
	shown.message = message;
	return shown;
}

/** The same for what fails while a person publishes: n8n shows the message alone, so that it says what to do as well. */
export function publishErrorOf(node: INode, error: unknown): NodeOperationError {
	const shown = nodeErrorOf(node, error);
	shown.message = [shown.message, shown.description].filter(Boolean).join(' ');
	return shown;
}
