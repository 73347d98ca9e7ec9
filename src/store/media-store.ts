import type { Namespace } from './namespace';

export interface MediaLimits {
	/** Over all images of the namespace, bytes. */
	capBytes: number;
	/** One image, bytes. */
	imageBytes: number;
	/** How long bytes are kept that no job refers to, ms. */
	idleMs: number;
}

/** Image bytes, once per content; kept while a job refers to them. */
export class MediaStore {
	constructor(private readonly namespace: Namespace, private readonly limits: MediaLimits) {}

	/** `media_too_large`, `namespace_full`; true when the bytes were not known yet. */
	async put(_sha256: string, _bytes: Buffer): Promise<boolean> { throw new Error('soon'); }

	async get(_sha256: string): Promise<Buffer | null> { throw new Error('soon'); }

	/** Drops bytes that no job came to refer to in time; for the sweeper. */
	async sweep(): Promise<number> { throw new Error('soon'); }
}
