import { createHash, randomBytes } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { pipeline } from 'node:stream/promises';
import { failureOf } from '../job/classify';
import type { Reached } from '../job/failure-row';
import type { Failure } from '../job/outcome';
import { onProxyRefusal, proxyTunnel } from './proxy';
import { SourceBroken, type Source } from './source';

/** Where a file is posted to, and the fields that sign for it, in the order they were given. A secret: it is kept nowhere. */
export interface UploadForm {
	url: string;
	parameters: [name: string, value: string][];
}

export interface UploadOptions {
	/** Ends it; what was sent is an orphan then. */
	signal: AbortSignal;
	/** Certificates to trust beside the usual ones, PEM. */
	ca?: string;
	deadlineMs?: number;
}

export type Uploaded = { ok: true; sha256: string; bytes: number } | { ok: false; failure: Failure };

/**
 * Posts a file to storage while it is loaded, holding no more of it than is on its way. May be repeated: what was not taken whole
 * is nothing. Never rejects.
 */
export async function uploadFile(form: UploadForm, source: Source, options: UploadOptions): Promise<Uploaded> {
	try {
		return await new Upload(form, source, options).run();
	} catch (error) {
		return { ok: false, failure: faultOf('nothing', error as Error) }; // a URL or proxy setting that Node refuses
	}
}

/** A minute, and what the file takes at 256 kB/s; two hours at most. */
export const uploadDeadlineMs = (bytes: number): number => Math.min(60_000 + Math.ceil((bytes / (256 * 1024)) * 1000), 2 * 3_600_000);

const MAX_ANSWER_BYTES = 64 * 1024;

interface Answer {
	status: number;
	text: string;
}

class Upload {
	private readonly hash = createHash('sha256');
	private readonly deadline: AbortSignal;
	private readonly request: http.ClientRequest;
	private reached: Reached = 'nothing';
	private bytes = 0;
	private broken: SourceBroken | null = null;
	private readonly boundary = `----pinterest-jobs-${randomBytes(16).toString('hex')}`;
	private readonly begin: Buffer;
	private readonly end: Buffer;

	constructor(form: UploadForm, private readonly source: Source, options: UploadOptions) {
		const fields = form.parameters.map(([name, value]) => `${this.part(name)}\r\n${value}\r\n`);
		// Last, as S3 wants it: what comes after the file is not read.
		this.begin = Buffer.from(`${fields.join('')}${this.part('file', '; filename="video.mp4"')}Content-Type: ${source.contentType ?? 'video/mp4'}\r\n\r\n`);
		this.end = Buffer.from(`\r\n--${this.boundary}--\r\n`);
		this.deadline = AbortSignal.timeout(options.deadlineMs ?? uploadDeadlineMs(source.length));
		this.request = this.open(form.url, AbortSignal.any([options.signal, this.deadline]), options.ca);
	}

	async run(): Promise<Uploaded> {
		const answering = this.answer();
		const [sent, answered] = await Promise.allSettled([pipeline(() => this.body(), this.request), answering]);
		// What storage says goes before how the line ended: it may refuse a file that is still on its way.
		if (answered.status === 'fulfilled') return this.judged(answered.value, sent.status === 'fulfilled');
		if (this.broken) return { ok: false, failure: this.broken.failure };
		return { ok: false, failure: faultOf(this.reached, this.deadline.aborted ? fault('upload_timeout', 'The upload took too long.') : answered.reason as NodeJS.ErrnoException) };
	}

	/** No token goes with it: the form signs for itself, and storage refuses two ways to sign. */
	private open(url: string, signal: AbortSignal, ca?: string): http.ClientRequest {
		const secure = new URL(url).protocol === 'https:';
		const headers = {
			'user-agent': 'n8n-nodes-pinterest-jobs', 'content-type': `multipart/form-data; boundary=${this.boundary}`,
			'content-length': String(this.begin.length + this.source.length + this.end.length),
		};
		const request = (secure ? https : http).request(url, { method: 'POST', headers, agent: proxyTunnel(url, signal) ?? false, signal, ...(ca && { ca }) });
		request.on('socket', (socket) => {
			const ready = (): void => { this.reached = 'sent'; };
			if (secure) socket.once('secureConnect', ready);
			else if (socket.connecting) socket.once('connect', ready);
			else ready();
		});
		onProxyRefusal(request, (error) => request.destroy(error));
		// Whoever waits for the next bytes of the file is woken.
		request.once('close', () => this.source.close());
		return request;
	}

	private async *body(): AsyncGenerator<Buffer> {
		yield this.begin;
		try {
			for await (const part of this.source.stream) {
				this.hash.update(part);
				this.bytes += part.length;
				yield part;
			}
		} catch (error) {
			if (error instanceof SourceBroken && !this.request.destroyed) this.broken = error;
			throw error;
		}
		yield this.end;
	}

	private answer(): Promise<Answer> {
		const { request } = this;
		return new Promise((resolve, reject) => {
			request.once('error', reject);
			request.once('close', () => reject(fault('ECONNRESET', 'The connection closed without an answer.')));
			request.once('response', (response) => {
				const parts: Buffer[] = [];
				let bytes = 0;
				const done = (): void => {
					resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() });
					request.destroy();
				};
				response.on('data', (part: Buffer) => {
					parts.push(part);
					if ((bytes += part.length) > MAX_ANSWER_BYTES) done();
				});
				for (const event of ['end', 'close', 'error']) response.once(event, done);
			});
		});
	}

	private judged({ status, text }: Answer, isWhole: boolean): Uploaded {
		if ([200, 201, 204].includes(status)) {
			if (isWhole) return { ok: true, sha256: this.hash.digest('hex'), bytes: this.bytes };
			return { ok: false, failure: faultOf(this.reached, fault('answered_early', `Storage answered ${status} before the file was whole.`)) };
		}
		return { ok: false, failure: failureOf({ kind: 'answer', endpoint: 'upload', status, headers: {}, body: saidIn(text), complete: true }, 0) };
	}

	private part(name: string, more = ''): string {
		return `--${this.boundary}\r\nContent-Disposition: form-data; name="${name.replace(/[\r\n"]/g, encodeURIComponent)}"${more}\r\n`;
	}
}

/** Code and message of S3's XML. What else stands there (the key, the string to sign) is nobody's business. */
function saidIn(text: string): string {
	const of = (tag: string): string => new RegExp(`<${tag}>([^<]{1,300})</${tag}>`).exec(text)?.[1] ?? '';
	return `${of('Code')} ${of('Message')}`.trim();
}

function faultOf(reached: Reached, { code, name, syscall, message }: NodeJS.ErrnoException): Failure {
	return failureOf({ kind: 'fault', endpoint: 'upload', reached, code: code ?? name, syscall: syscall ?? null, message }, 0);
}

function fault(code: string, message: string): NodeJS.ErrnoException {
	return Object.assign(new Error(message), { code });
}
