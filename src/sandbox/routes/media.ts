import { createHash } from 'node:crypto';
import { refuse, type Answer } from '../answers';
import type { Received, Upload } from '../media';
import { readForm, type Form } from '../multipart';
import { mediaFault } from '../schemas';
import type { State } from '../state';
import { jsonOf, type ApiCall, type BearerRoute, type StreamCall, type StreamRoute } from './route';

/** Where files are posted to; in place of Pinterest's bucket at S3. */
const bucket = '/upload';

export const mediaRoutes: (BearerRoute | StreamRoute)[] = [
	{ operation: 'registerMedia', method: 'POST', pattern: /^\/v5\/media\/?$/, kind: 'write', scopes: ['pins:read', 'pins:write'], handle: register },
	{ operation: 'getMedia', method: 'GET', pattern: /^\/v5\/media\/(\d+)$/, kind: 'read', scopes: ['pins:read'], handle: getMedia },
	{ operation: 'uploadFile', method: 'POST', pattern: /^\/upload\/?$/, kind: 'stream', handle: upload },
];

function register(state: State, { account, body }: ApiCall): Answer {
	const fault = mediaFault(jsonOf(body));
	if (fault) return refuse.invalidRequest(fault);
	const { id, parameters } = state.uploads.register(account);
	const place = { upload_url: `${state.origin}${bucket}/`, upload_parameters: parameters };
	return { status: 201, body: { media_id: id, media_type: 'video', ...place } };
}

function getMedia(state: State, { account, params }: ApiCall): Answer {
	const found = state.uploads.find(params[0]!);
	if (!found || found.account !== account) return refuse.mediaGone();
	return { status: 200, body: { media_id: found.id, media_type: 'video', status: state.uploads.status(found) } };
}

const KEPT_HEAD_BYTES = 12;

/** Nothing of the file is held but its hash and its first bytes. The order of the refusals is that of S3, as far as its pages tell. */
async function upload(state: State, { headers, request, record }: StreamCall): Promise<() => Answer> {
	const hash = createHash('sha256');
	let head = Buffer.alloc(0);
	const form = await readForm(headers['content-type']?.toString() ?? '', request as AsyncIterable<Buffer>, (part) => {
		hash.update(part);
		if (head.length < KEPT_HEAD_BYTES) head = Buffer.concat([head, part.subarray(0, KEPT_HEAD_BYTES - head.length)]);
	});
	return () => {
		const found = state.uploads.find(form?.fields.get('key') ?? '');
		const refusal = headRefusal(headers) ?? formRefusal(form, found, record.at, state.settings.maxUploadBytes);
		if (refusal) return refusal;
		const file: Received = { sha256: hash.digest('hex'), bytes: form!.fileBytes!, head };
		state.uploads.receive(found!, file);
		return { status: 204, body: undefined };
	};
}

function headRefusal(headers: StreamCall['headers']): Answer | null {
	if (headers['content-length'] === undefined) return s3Error(411, 'MissingContentLength', 'You must provide the Content-Length HTTP header.');
	// S3 takes one way to sign only; a bearer token beside the signed form is the usual mistake.
	return headers.authorization ? s3Error(400, 'InvalidArgument', 'Only one auth mechanism allowed') : null;
}

function formRefusal(form: Form | null, found: Upload | null, at: number, maxBytes: number): Answer | null {
	if (!form) return s3Error(400, 'MalformedPOSTRequest', 'The body of your POST request is not well-formed multipart/form-data.');
	if (!found) return s3Error(403, 'AccessDenied', 'Invalid according to policy');
	if (!isSigned(found, form.fields)) return s3Error(403, 'SignatureDoesNotMatch', 'The signature does not match the fields sent');
	if (at >= found.expiresAt) return s3Error(403, 'AccessDenied', 'Invalid according to Policy: Policy expired.');
	if (form.fileBytes === null || !form.fileIsLast) return s3Error(400, 'InvalidArgument', 'POST requires exactly one file upload per request, last in the form');
	return form.fileBytes > maxBytes ? s3Error(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size') : null;
}

function isSigned(found: Upload, fields: Map<string, string>): boolean {
	return Object.entries(found.parameters).every(([name, value]) => fields.get(name) === value);
}

function s3Error(status: number, code: string, message: string): Answer {
	const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
	return { status, body, headers: { 'Content-Type': 'application/xml' } };
}
