/** A form as multipart/form-data carries it: its fields in order, and the file with its place among them. */
export interface Form {
	fields: Map<string, string>;
	file: Buffer | null;
	/** False when a field came after the file; S3 ignores those. */
	fileIsLast: boolean;
}

/** Reads a multipart/form-data body; null when it is none. */
export function parseForm(contentType: string, body: Buffer): Form | null {
	const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1];
	if (!boundary) return null;
	const form: Form = { fields: new Map(), file: null, fileIsLast: true };
	for (const part of partsOf(body, Buffer.from(`--${boundary}`))) {
		const headEnd = part.indexOf('\r\n\r\n');
		const name = /name="([^"]*)"/.exec(part.subarray(0, headEnd).toString())?.[1];
		if (headEnd < 0 || name === undefined) return null;
		const value = part.subarray(headEnd + 4);
		if (name === 'file') form.file = value;
		else form.fields.set(name, value.toString());
		form.fileIsLast = form.file === null || name === 'file';
	}
	return form;
}

/** What stands between the boundaries, without the line breaks next to them. */
function partsOf(body: Buffer, boundary: Buffer): Buffer[] {
	const parts: Buffer[] = [];
	let start = body.indexOf(boundary);
	while (start >= 0) {
		const end = body.indexOf(boundary, start + boundary.length);
		if (end < 0) return parts;
		parts.push(body.subarray(start + boundary.length + 2, end - 2));
		start = end;
	}
	return parts;
}
