/** Ends a switch over a union: a case that nobody answers does not compile, and one that came from elsewhere is not taken for another. */
export function assertNever(value: never): never {
	throw new TypeError(`Nobody decided what follows from ${JSON.stringify(value)}`);
}
