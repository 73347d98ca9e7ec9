import { textOf } from './values';

/** The value and the shown name of a locator, however it was filled: by list, by hand or by an expression. */
export function locatorOf(given: unknown, field: string): { value: string | null; name: string | null } {
	if (typeof given !== 'object' || given === null) return { value: textOf(given, field), name: null };
	const { mode, value, cachedResultName } = given as { mode?: string; value?: unknown; cachedResultName?: unknown };
	const name = mode === 'list' && typeof cachedResultName === 'string' ? cachedResultName : null;
	return { value: textOf(value, field), name };
}

/** How a board is listed: beside its name the account, where none was chosen to list the boards of. */
export function listedBoard(name: string, account: string): string {
	return `${name} (${account})`;
}

/** The board's own name, from how it was listed; `account` is the chosen one, null when nobody chose. */
export function boardNameOf(listed: string | null, account: string | null): string | null {
	if (listed === null) return null;
	if (account === null) return listed.replace(/ \([^()]*\)$/, '');
	return listed.endsWith(` (${account})`) ? listed.slice(0, -listedBoard('', account).length) : listed;
}
