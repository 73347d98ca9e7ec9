import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

/** Reads a parameter of the node for an item. */
export type ReadParameter = (name: string, item: number, fallback?: unknown) => unknown;

/** What most fields hold: a field of the item and nothing else. */
const ITEM_FIELD = /^=\{\{\s*\$json\.([A-Za-z_]\w*)\s*\}\}$/;

/**
 * Reads parameters item by item as n8n would, but those without an expression only once, and a text of the item itself from the item:
 * n8n copies and checks a value at each reading and makes a world for each expression, which for a thousand items takes longer than all
 * the rest of Enqueue.
 */
export function parameterReader(n8n: IExecuteFunctions): ReadParameter {
	const raw = n8n.getNode().parameters;
	const items = n8n.getInputData();
	const fixed = new Map<string, unknown>();
	return (name, item, fallback) => {
		if (hasExpression(raw[name])) return itemText(raw[name], items[item]?.json ?? {}) ?? n8n.getNodeParameter(name, item, fallback);
		if (!fixed.has(name)) fixed.set(name, n8n.getNodeParameter(name, item, fallback));
		return fixed.get(name);
	};
}

/** n8n marks an expression with a leading "=", at whatever depth of a parameter. */
export function hasExpression(value: unknown): boolean {
	if (typeof value === 'string') return value.startsWith('=');
	return typeof value === 'object' && value !== null && Object.values(value).some(hasExpression);
}

/** The parameter, or the locator, when all it asks for is a field of the item that holds a text; null for whatever else. */
function itemText(parameter: unknown, json: IDataObject): unknown {
	if (typeof parameter !== 'string') {
		const { value, ...rest } = parameter as { value?: unknown; __rl?: boolean };
		if (!rest.__rl || typeof value !== 'string' || hasExpression(rest)) return null;
		const text = itemText(value, json);
		return text === null ? null : { ...rest, value: text };
	}
	const [, field] = ITEM_FIELD.exec(parameter) ?? [];
	if (field === undefined || !Object.hasOwn(json, field)) return null;
	return typeof json[field] === 'string' ? json[field] : null;
}
