/** The id in a Pin's id or address; null when it is neither. */
export function pinIdIn(text: string): string | null {
	return /^(?:https?:\/\/[^/]+\/pin\/(?:[^/?#]*--)?)?(\d{1,24})(?:[/?#].*)?$/.exec(text.trim())?.[1] ?? null;
}
