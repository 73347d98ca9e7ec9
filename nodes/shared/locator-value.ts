import { textOf } from './values';

/** The value and the shown name of a locator, however it was filled: by list, by hand or by an expression. */
export function locatorOf(given: unknown, field: string): { value: string | null; name: string | null } {
	if (typeof given !== 'object' || given === null) return { value: textOf(given, field), name: null };
	const { mode, value, cachedResultName } = given as { mode?: string; value?: unknown; cachedResultName?: unknown };
	const name = mode === 'list' && typeof cachedResultName === 'string' ? cachedResultName : null;
	return { value: textOf(value, field), name };
}
