import { setTimeout as sleep } from 'node:timers/promises';
import { hash } from './random';

/** A file that the sandbox serves under `/files/<name>`, so that there is somewhere to load videos from. */
export interface FileSpec {
	name: string;
	bytes: number;
	/** Default video/mp4. What the file begins with goes by it. */
	contentType?: string;
	/** Answered instead of 200, without the file. */
	status?: number;
	/** Real time, whatever the time factor. */
	bytesPerSecond?: number;
	/** The connection ends after so many bytes. */
	cutAt?: number;
	/** Sent in chunks, without Content-Length. */
	noLength?: boolean;
	/** So many fetches meet status, speed, cut and the missing length; then the file comes as it should. Default: all. */
	times?: number;
}

const BLOCK_BYTES = 64 * 1024;

const heads: Record<string, Buffer> = {
	'image/jpeg': Buffer.from([0xff, 0xd8, 0xff, 0xe0]),
	// With the header of an image of 1000 x 1500 pixels, for those who look at it before they send it.
	'image/png': Buffer.from('89504e470d0a1a0a0000000d49484452000003e8000005dc0802000000', 'hex'),
	'text/html': Buffer.from('<!doctype html>'),
};
const ftyp = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypisom\0\0\x02\0isomiso2')]);

/** Files made of the seed: their bytes are worked out while they are sent, however many there are. */
export class Files {
	private readonly files = new Map<string, FileSpec>();

	constructor(private readonly seed: string | number) {}

	add(spec: FileSpec): void {
		this.files.set(spec.name, { ...spec });
	}

	/** What the next fetch of that name meets; null when there is no such file. */
	fetch(name: string): FileSpec | null {
		const spec = this.files.get(name);
		if (!spec) return null;
		const { bytes, contentType, times = Infinity } = spec;
		if (times <= 0) return { name, bytes, contentType };
		spec.times = times - 1;
		return { ...spec };
	}

	/** The bytes of the file, as fast as it may be read. */
	async *read({ name, bytes, contentType = 'video/mp4', bytesPerSecond = Infinity }: FileSpec): AsyncGenerator<Buffer> {
		const block = this.block(name), startedAt = performance.now();
		const size = Math.min(BLOCK_BYTES, Math.max(1, Math.ceil(bytesPerSecond / 10)));
		for (let at = 0; at < bytes; at += size) {
			const part = Buffer.from(block.subarray(0, Math.min(size, bytes - at)));
			// Each block says where it stands: one that is lost or doubled makes another file.
			Buffer.from(String(at).padStart(16, '0')).copy(part);
			if (at === 0) (heads[contentType] ?? ftyp).copy(part);
			const aheadMs = ((at + part.length) / bytesPerSecond) * 1000 - (performance.now() - startedAt);
			if (aheadMs > 1) await sleep(aheadMs);
			yield part;
		}
	}

	private block(name: string): Buffer {
		return Buffer.concat(Array.from({ length: BLOCK_BYTES / 32 }, (_, n) => Buffer.from(hash(this.seed, 'file', name, n), 'hex')));
	}
}
