import { EngineError } from '../../src';

/** What a field says, or null when it is empty. A sheet's numbers are welcome as long as they kept their digits. */
export function textOf(value: unknown, field: string): string | null {
	if (value === null || value === undefined) return null;
	if (typeof value === 'object') throw refused(`${field} is not text.`, `Give ${field} one value, not a list or an object.`);
	if (typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER) {
		throw refused(
			`${field} came as the number ${value} and has lost digits.`,
			'Keep long ids as text: format the column as plain text, or put the id in quotes.',
		);
	}
	return String(value).trim() || null;
}

/** A JSON field: an object, the text of one, or nothing. */
export function objectOf(value: unknown, field: string): Record<string, unknown> | null {
	const parsed = typeof value === 'string' ? parse(value, field) : (value ?? null);
	if (parsed === null) return null;
	if (typeof parsed !== 'object' || Array.isArray(parsed)) throw refused(`${field} is not a JSON object.`, 'Write it as { "name": "value" }.');
	return Object.keys(parsed).length > 0 ? (parsed as Record<string, unknown>) : null;
}

function parse(value: string, field: string): unknown {
	if (value.trim() === '') return null;
	try {
		return JSON.parse(value);
	} catch (error) {
		throw refused(`${field} is not valid JSON: ${(error as Error).message}`, 'Write it as { "name": "value" }.');
	}
}

/** A field that cannot be used as given, said before anything runs. */
export function refused(message: string, hint: string): EngineError {
	return new EngineError('invalid_request', { message, hint });
}
