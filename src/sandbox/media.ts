import { digits, letters } from './random';
import type { Settings } from './options';
import type { Account } from './world';

/** One registered upload. Its status is a matter of time and is worked out when asked. */
export interface Upload {
	id: string;
	account: Account;
	parameters: Record<string, string>;
	/** Until then its form is taken. */
	expiresAt: number;
	sha256: string | null;
	bytes: number | null;
	/** The Pins made of it. Whether Pinterest takes one upload twice is not known; here it shows. */
	usedBy: string[];
	readyAt: number | null;
	fails: boolean;
}

/** What is kept of a file that came. */
export interface Received {
	sha256: string;
	bytes: number;
	/** Its first bytes. */
	head: Buffer;
}

export type UploadStatus = 'registered' | 'processing' | 'succeeded' | 'failed';

/** Videos on their way: registered, uploaded, processed. */
export class Uploads {
	private readonly uploads = new Map<string, Upload>();
	private failing = 0;

	constructor(private readonly settings: Settings) {}

	/** A new upload, with the form fields its file has to come with. */
	register(account: Account): Upload {
		const id = digits(this.settings.seed, 'media', this.uploads.size);
		const made = (length: number, what: string) => letters(length, this.settings.seed, what, id);
		const parameters = {
			key: `uploads/${id.slice(0, 2)}/3:video:${account.userId}:${id}`,
			policy: made(60, 'policy'),
			'x-amz-algorithm': 'AWS4-HMAC-SHA256',
			'x-amz-credential': 'SANDBOX/20261101/us-east-1/s3/aws4_request',
			'x-amz-date': '20261101T000000Z',
			'x-amz-signature': made(64, 'signature'),
			'Content-Type': 'multipart/form-data',
		};
		const expiresAt = this.settings.now() + this.settings.uploadLifeMs / this.settings.timeFactor;
		const upload: Upload = { id, account, parameters, expiresAt, sha256: null, bytes: null, usedBy: [], readyAt: null, fails: false };
		this.uploads.set(id, upload);
		return upload;
	}

	/** The upload with that id, or with that `key` parameter. */
	find(idOrKey: string): Upload | null {
		return this.uploads.get(idOrKey.slice(idOrKey.lastIndexOf(':') + 1)) ?? null;
	}

	/** The next `count` files to arrive fail to process, whatever is in them. */
	failNext(count: number): void {
		this.failing = count;
	}

	/** Every upload in the order of its registration. */
	all(): Upload[] {
		return [...this.uploads.values()];
	}

	/** Takes the file in; what is no MP4 or MOV will end in `failed`. */
	receive(upload: Upload, file: Received): void {
		upload.sha256 = file.sha256;
		upload.bytes = file.bytes;
		upload.readyAt = this.settings.now() + this.settings.mediaProcessMs / this.settings.timeFactor;
		upload.fails = this.failing > 0 || file.head.toString('latin1', 4, 8) !== 'ftyp';
		this.failing = Math.max(0, this.failing - 1);
	}

	/** Where the upload stands now. */
	status(upload: Upload): UploadStatus {
		if (upload.readyAt === null) return 'registered';
		if (this.settings.now() < upload.readyAt) return 'processing';
		return upload.fails ? 'failed' : 'succeeded';
	}
}
