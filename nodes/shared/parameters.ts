import type { IExecuteFunctions } from 'n8n-workflow';

/** Reads a parameter of the node for an item. */
export type ReadParameter = (name: string, item: number, fallback?: unknown) => unknown;

/**
 * Reads parameters item by item, but those without an expression only once: n8n copies and checks a value at each
 * reading, which for a thousand items takes longer than all the rest of Enqueue.
 */
export function parameterReader(n8n: IExecuteFunctions): ReadParameter {
	const raw = n8n.getNode().parameters;
	const fixed = new Map<string, unknown>();
	return (name, item, fallback) => {
		if (hasExpression(raw[name])) return n8n.getNodeParameter(name, item, fallback);
		if (!fixed.has(name)) fixed.set(name, n8n.getNodeParameter(name, item, fallback));
		return fixed.get(name);
	};
}

/** n8n marks an expression with a leading "=", at whatever depth of a parameter. */
export function hasExpression(value: unknown): boolean {
	if (typeof value === 'string') return value.startsWith('=');
	return typeof value === 'object' && value !== null && Object.values(value).some(hasExpression);
}
