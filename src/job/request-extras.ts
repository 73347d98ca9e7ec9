import type { N8nOrigin } from './job';
import { labelField, refuse } from './request-fields';

/** Bytes of the user's own object, as JSON: it comes back in every event. */
const METADATA_BYTES = 4096;

/** Keys that would reach a prototype when somebody merges the object. */
const UNSAFE_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/** The user's own object, copied, at most 4 kB as JSON. */
export function metadataField(value: unknown): Record<string, unknown> | null {
	if (value === undefined || value === null) return null;
	if (typeof value !== 'object' || Array.isArray(value)) return refuse('metadata', 'Metadata is not an object.', 'Give an object such as { "row": 17 }.');
	const text = jsonOf(value);
	const bytes = new TextEncoder().encode(text).length;
	if (bytes > METADATA_BYTES) {
		refuse('metadata', `Metadata has ${bytes} bytes.`, `Keep it under ${METADATA_BYTES} bytes: give the id of the record, not the record.`);
	}
	return Object.keys(value).length === 0 ? null : (JSON.parse(text) as Record<string, unknown>);
}

/** Where in n8n a request came from. */
export function originField(value: unknown): N8nOrigin | null {
	if (typeof value !== 'object' || value === null) return null;
	const { workflowId, executionId, executionUrl } = value as Partial<Record<keyof N8nOrigin, unknown>>;
	return {
		workflowId: labelField(workflowId, 'n8n', 'Workflow id', 200),
		executionId: labelField(executionId, 'n8n', 'Execution id', 200),
		executionUrl: labelField(executionUrl, 'n8n', 'Execution address', 2048),
	};
}

function jsonOf(value: object): string {
	try {
		return JSON.stringify(value, (key, part: unknown) => (UNSAFE_KEYS.has(key) ? undefined : part));
	} catch (error) {
		if (error instanceof TypeError) return refuse('metadata', 'Metadata cannot be written as JSON.', 'Use texts, numbers, lists and objects only, none inside itself.');
		throw error;
	}
}
