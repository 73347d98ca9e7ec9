import { readForm } from '../../../src/sandbox/multipart';

const TYPE = 'multipart/form-data; boundary=xyz';
const field = (name: string, value: string): string => `--xyz\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const file = (value: string, name = 'file'): string => `--xyz\r\nContent-Disposition: form-data; filename="a.mp4"; name="${name}"\r\nContent-Type: video/mp4\r\n\r\n${value}\r\n`;
const END = '--xyz--\r\n';

/** Reads the body in pieces of that size. */
async function read(body: string, pieceBytes = body.length, type = TYPE) {
	const bytes = Buffer.from(body), pieces: Buffer[] = [];
	for (let at = 0; at < bytes.length; at += pieceBytes) pieces.push(bytes.subarray(at, at + pieceBytes));
	let taken = '';
	const form = await readForm(type, (async function* () { yield* pieces; })(), (part) => { taken += part.toString(); });
	return form && { ...form, fields: Object.fromEntries(form.fields), taken };
}

it('a form is the same in whatever pieces it comes, also where its file looks like its boundary', async () => {
	const looksAlike = 'a\r\n--xy\r\n\r\n--x\r\n--\r';
	const body = field('key', 'a b') + field('empty', '') + file(looksAlike) + END;
	const expected = { fields: { key: 'a b', empty: '' }, fileBytes: looksAlike.length, fileIsLast: true, taken: looksAlike };
	for (let size = 1; size <= body.length; size++) expect(await read(body, size)).toEqual(expected);
});

it.each([
	['no boundary', field('a', '1') + END, 'text/plain'],
	['no end', field('a', '1') + file('123'), TYPE],
	['an end in the middle of the file', field('a', '1') + file('123').slice(0, -3), TYPE],
	['a part without a name', `--xyz\r\nContent-Type: text/plain\r\n\r\nvalue\r\n${END}`, TYPE],
	['a head without end', `--xyz\r\nname="${'x'.repeat(9000)}`, TYPE],
	['fields of more than 64 kB', field('a', 'x'.repeat(70_000)) + END, TYPE],
	['something else behind a boundary', `--xyzabc\r\n${END}`, TYPE],
])('%s is no form', async (_what, body, type) => {
	expect(await read(body, 1000, type)).toBeNull();
});

it.each([
	['a field after the file', file('1') + field('a', '2') + END],
	['a second file', file('1') + file('2') + END],
])('%s: the file is not last', async (_what, body) => {
	expect(await read(body)).toMatchObject({ fileIsLast: false });
});
