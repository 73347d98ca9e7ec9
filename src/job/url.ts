/**
 * The address that a text is, or null when it is none. Not by `URL.canParse`: once it is called often, Node 20 reads a text such as
 * `https://münchen.example` as UTF-8 though it is Latin-1, and answers the opposite (seen in 20.20.2 after some 5,000 calls).
 */
export function urlOf(text: string, base?: URL): URL | null {
	try {
		return new URL(text, base);
	} catch {
		return null;
	}
}
