/** One line of the log: flat, allow-listed, never a token, a body or a header. */
export type LogLine = { level: 'info' | 'warn' | 'error'; event: string } & Record<string, string | number | boolean | null | undefined>;

export type Log = (line: LogLine) => void;

const TOKENS = /\b(?:bearer\s+\S+|pin[ar]_[A-Za-z0-9_-]+|whsec_\S+|rediss?:\/\/[^@\s]*@)/gi;

/** A log that writes each line through `sink`, stamped with the time, with whatever looks like a secret struck out. */
export function logTo(sink: ((line: Record<string, unknown>) => void) | undefined, now: () => number): Log {
	if (!sink) return () => undefined;
	return (line) => {
		const clean = Object.entries(line).map(([name, value]) => [name, typeof value === 'string' ? struckOut(value).slice(0, 500) : value]);
		sink({ ts: new Date(now()).toISOString(), ...(Object.fromEntries(clean) as object) });
	};
}

/** A text without what looks like a secret. */
export function struckOut(text: string): string {
	return text.replace(TOKENS, '***');
}

/** What may be told of something thrown: its code and message, nothing else of it. */
export function describe(error: unknown): { code: string; message: string } {
	if (!(error instanceof Error)) return { code: 'unknown', message: String(error).slice(0, 300) };
	const code = (error as { code?: unknown }).code;
	return { code: typeof code === 'string' ? code : error.name, message: error.message.slice(0, 300) };
}
