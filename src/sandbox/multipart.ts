/** A form as multipart/form-data carries it: its fields in order, how long its file was and where it stood among them. */
export interface Form {
	fields: Map<string, string>;
	/** Null without a file. The bytes themselves went to whoever asked. */
	fileBytes: number | null;
	/** False when a field came after the file; S3 ignores those. */
	fileIsLast: boolean;
}

const MAX_HEAD_BYTES = 8 * 1024;
const MAX_FIELDS_BYTES = 64 * 1024;
const HEAD_END = '\r\n\r\n';

/** Reads a multipart/form-data body as it comes and keeps nothing of its file; null when it is none, or ends before its end. */
export async function readForm(contentType: string, body: AsyncIterable<Buffer>, take: (part: Buffer) => void): Promise<Form | null> {
	const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1];
	const reader = boundary ? new FormReader(Buffer.from(`\r\n--${boundary}`), take) : null;
	// On to the end even of what is no form: a client that is still writing would see a reset instead of the answer.
	for await (const chunk of body) reader?.feed(chunk);
	return reader?.isWhole ? reader.form : null;
}

type Place = 'between' | 'head' | 'value' | 'end' | 'lost';

class FormReader {
	readonly form: Form = { fields: new Map(), fileBytes: null, fileIsLast: true };
	// The first boundary has no line break before it.
	private rest: Buffer = Buffer.from('\r\n');
	private place: Place = 'value';
	private name: string | null = null;
	private value: Buffer[] = [];
	private fieldsBytes = 0;

	constructor(private readonly delimiter: Buffer, private readonly take: (part: Buffer) => void) {}

	get isWhole(): boolean {
		return this.place === 'end';
	}

	feed(chunk: Buffer): void {
		if (this.place === 'end' || this.place === 'lost') return;
		this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
		while (this.step());
	}

	/** False when the next step needs more than what is here. */
	private step(): boolean {
		switch (this.place) {
			case 'value': return this.readValue();
			case 'between': return this.readBetween();
			case 'head': return this.readHead();
			default: return false;
		}
	}

	private readValue(): boolean {
		const end = this.rest.indexOf(this.delimiter);
		// What may be the begin of a boundary waits for its rest.
		const known = end >= 0 ? end : Math.max(0, this.rest.length - this.delimiter.length + 1);
		this.keep(this.rest.subarray(0, known));
		this.rest = this.rest.subarray(end >= 0 ? end + this.delimiter.length : known);
		if (end < 0 || this.isLost()) return false;
		if (this.name !== null && this.name !== 'file') this.form.fields.set(this.name, Buffer.concat(this.value).toString());
		this.value = [];
		return this.goTo('between');
	}

	private readBetween(): boolean {
		if (this.rest.length < 2) return false;
		const mark = this.rest.toString('latin1', 0, 2);
		this.rest = this.rest.subarray(2);
		return this.goTo(mark === '\r\n' ? 'head' : mark === '--' ? 'end' : 'lost');
	}

	private readHead(): boolean {
		const end = this.rest.indexOf(HEAD_END);
		if (end < 0) return this.rest.length > MAX_HEAD_BYTES ? this.goTo('lost') : false;
		this.name = /[ ;]name="([^"]*)"/.exec(this.rest.toString('utf8', 0, end))?.[1] ?? null;
		this.rest = this.rest.subarray(end + HEAD_END.length);
		if (this.name === null) return this.goTo('lost');
		this.form.fileIsLast = this.form.fileBytes === null;
		if (this.name === 'file') this.form.fileBytes ??= 0;
		return this.goTo('value');
	}

	private keep(part: Buffer): void {
		if (this.name === null || part.length === 0) return;
		if (this.name === 'file') {
			this.form.fileBytes! += part.length;
			return this.take(part);
		}
		this.fieldsBytes += part.length;
		if (this.fieldsBytes > MAX_FIELDS_BYTES) return void this.goTo('lost');
		this.value.push(part);
	}

	private isLost(): boolean {
		return this.place === 'lost';
	}

	private goTo(place: Place): boolean {
		this.place = place;
		return true;
	}
}
