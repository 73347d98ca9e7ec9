/** What is looked up once, and shared by all who ask for it meanwhile and later. */
export function once<T>(seen: Map<string, Promise<T>>, what: string, look: () => Promise<T>): Promise<T> {
	const known = seen.get(what) ?? look();
	seen.set(what, known);
	return known;
}
