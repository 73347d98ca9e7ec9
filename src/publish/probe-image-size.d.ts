/** The readers of the library alone: its main entry brings an HTTP client that looks at no address before it goes there. */
declare module 'probe-image-size/sync' {
	/** Type and size in pixels as the header of a file says; null when it is none of the library's types, or cut. */
	export default function probe(bytes: Uint8Array): { type: string; mime: string; width: number; height: number } | null;
}
