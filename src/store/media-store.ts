import { EngineError } from '../errors';
import type { Namespace } from './namespace';

export interface MediaLimits {
	/** Over all images of the namespace, bytes. */
	capBytes: number;
	/** One image, bytes. */
	imageBytes: number;
	/** How long bytes are kept that no job refers to, ms. */
	idleMs: number;
}

/** Image bytes, once per content; kept while a job refers to them. On a connection of their own: they are large. */
export class MediaStore {
	constructor(private readonly namespace: Namespace, private readonly limits: MediaLimits) {}

	/** `media_too_large`, `namespace_full`; true when the bytes were not known yet. */
	async put(sha256: string, bytes: Buffer): Promise<boolean> {
		const { imageBytes, capBytes, idleMs } = this.limits;
		if (bytes.length > imageBytes) {
			throw new EngineError('media_too_large', { bytes: bytes.length, limit: imageBytes, hint: `Use an image of at most ${imageBytes} bytes, or give its URL.` });
		}
		const [answer] = await this.namespace.run<string[]>('put-media', [sha256, bytes, capBytes, idleMs], { bulk: true });
		if (answer === 'full') {
			throw new EngineError('namespace_full', { limit: capBytes, hint: 'Resolve failed jobs that keep images, raise the media cap, or give images by URL.' });
		}
		return answer === 'kept';
	}

	async get(sha256: string): Promise<Buffer | null> {
		return this.namespace.read((client) => client.getBuffer(this.namespace.key('media', sha256)), { bulk: true });
	}

	/** Drops bytes that no job came to refer to in time, at most 100; for the sweeper. */
	async sweep(): Promise<number> {
		const [dropped] = await this.namespace.run<number[]>('sweep-media', []);
		return dropped ?? 0;
	}
}
