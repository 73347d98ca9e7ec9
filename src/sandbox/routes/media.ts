import { refuse, type Answer } from '../answers';
import type { Upload } from '../media';
import { parseForm } from '../multipart';
import { mediaFault } from '../schemas';
import type { State } from '../state';
import { jsonOf, type ApiCall, type BearerRoute, type OpenCall, type OpenRoute } from './route';

/** Where files are posted to; in place of Pinterest's bucket at S3. */
const bucket = '/upload';

export const mediaRoutes: (BearerRoute | OpenRoute)[] = [
	{ operation: 'registerMedia', method: 'POST', pattern: /^\/v5\/media\/?$/, kind: 'write', scopes: ['pins:read', 'pins:write'], handle: register },
	{ operation: 'getMedia', method: 'GET', pattern: /^\/v5\/media\/(\d+)$/, kind: 'read', scopes: ['pins:read'], handle: getMedia },
	{ operation: 'uploadFile', method: 'POST', pattern: /^\/upload\/?$/, kind: 'open', handle: upload },
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

function upload(state: State, { headers, body }: OpenCall): Answer {
	// S3 takes one way to sign only; a bearer token beside the signed form is the usual mistake.
	if (headers.authorization) return s3Error(400, 'InvalidArgument', 'Only one auth mechanism allowed');
	const form = parseForm(headers['content-type']?.toString() ?? '', body);
	const found = form && state.uploads.find(form.fields.get('key') ?? '');
	if (!form || !found) return s3Error(403, 'AccessDenied', 'Invalid according to policy');
	if (!isSigned(found, form.fields)) return s3Error(403, 'SignatureDoesNotMatch', 'The signature does not match the fields sent');
	if (!form.file || !form.fileIsLast) return s3Error(400, 'InvalidArgument', 'POST requires exactly one file upload per request, last in the form');
	state.uploads.receive(found, form.file);
	return { status: 204, body: undefined };
}

function isSigned(found: Upload, fields: Map<string, string>): boolean {
	return Object.entries(found.parameters).every(([name, value]) => fields.get(name) === value);
}

function s3Error(status: number, code: string, message: string): Answer {
	const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
	return { status, body, headers: { 'Content-Type': 'application/xml' } };
}
