/** The longest message that is kept, characters. */
export const MESSAGE_LIMIT = 300;

const SECRETS: readonly [pattern: RegExp, instead: string][] = [
	[/\b(bearer|basic)\s+[^\s"',;]+/gi, '$1 [redacted]'],
	[/\bpin[a-z]{1,2}_[A-Za-z0-9_.~+/=-]+/g, '[redacted]'],
	[/\beyJ[\w-]+\.[\w-]+(\.[\w-]*)?/g, '[redacted]'],
	[/((?:access|refresh|id)?_?token|client_secret|secret|password|signature|api_?key|x-amz-[a-z-]+|sig)(["']?\s*[=:]\s*["']?)[^\s"'&,;}]+/gi, '$1$2[redacted]'],
	// The user part of an address.
	[/(\/\/)[^\s/@:]+:[^\s/@]+@/g, '$1[redacted]@'],
	[/\b[0-9a-f]{32,}\b/gi, '[redacted]'],
	// Base64 of either alphabet; without a digit and both cases it is a path or a long word.
	[/(?=[A-Za-z+/_-]*\d)(?=[A-Z0-9+/_-]*[a-z])(?=[a-z0-9+/_-]*[A-Z])[A-Za-z0-9+/_-]{40,}={0,2}/g, '[redacted]'],
];

/** The text without anything that looks like a secret, in one line of at most 300 characters, or as many as given. */
export function redact(text: string, limit = MESSAGE_LIMIT): string {
	// Cut first so that a huge body costs nothing; far enough out that a secret at the cut is still recognised.
	const start = text.slice(0, 20 * limit);
	const clean = SECRETS.reduce((rest, [pattern, instead]) => rest.replace(pattern, instead), start);
	// eslint-disable-next-line no-control-regex -- control characters are what is looked for
	const line = clean.replace(/[\u0000-\u001f\u007f]+/g, ' ').replace(/ {2,}/g, ' ').trim();
	return shortened(line, limit);
}

/** The text with at most so many characters. */
export function shortened(text: string, limit: number): string {
	return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}
