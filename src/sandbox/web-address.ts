/** The http or https address that a text is, or null when it is none. */
export function webAddressOf(text: string): URL | null {
	try {
		const url = new URL(text);
		return /^https?:$/.test(url.protocol) ? url : null;
	} catch {
		return null;
	}
}
