import { requestOf, type EnqueueFields } from '../../../nodes/PinterestPublishJob/job/publish-request';

const media = { kind: 'image_url', url: 'https://shop.example/lamp.jpg' } as const;
const n8n = { workflowId: 'w1', executionId: '7', executionUrl: 'http://n8n.test/workflow/w1/executions/7' };

function fields(given: Partial<EnqueueFields> = {}): EnqueueFields {
	return {
		account: { mode: 'list', value: 'acme-us', cachedResultName: 'acme-us (Acme)' },
		board: { mode: 'list', value: '549755885175', cachedResultName: 'Lamps (acme-us)' },
		section: { mode: 'list', value: '' },
		source: 'row-17', title: 'Lamp', description: '', link: 'https://shop.example/17', altText: '', options: {},
		...given,
	};
}
const read = (given: Partial<EnqueueFields> = {}) => requestOf(fields(given), media, 'Europe/Berlin', n8n);

it('reads what was chosen from the lists, and keeps the name of the board', () => {
	expect(read().request).toMatchObject({
		account: 'acme-us', boardId: '549755885175', boardName: 'Lamps', sectionId: null, source: 'row-17', title: 'Lamp',
		description: null, altText: null, media, n8n, marker: false, scheduledAt: null, metadata: null,
	});
});

it('reads accounts, boards and sections given by hand or by an expression', () => {
	const { request } = read({ account: 'acme-uk', board: { mode: 'id', value: 42, cachedResultName: 'old name' }, section: { mode: 'id', value: ' 77 ' } });
	expect(request).toMatchObject({ account: 'acme-uk', boardId: '42', boardName: null, sectionId: '77' });
});

it('reads numbers of a sheet as text', () => {
	expect(read({ source: 17, title: 2026 }).request).toMatchObject({ source: '17', title: '2026' });
});

it('refuses a board number that has lost digits', () => {
	// eslint-disable-next-line no-loss-of-precision -- what a sheet makes of a long id
	expect(() => read({ board: { mode: 'id', value: 813744226420795884 } })).toThrow(expect.objectContaining({
		code: 'invalid_request', message: expect.stringContaining('lost digits') as string,
	}));
});

it('reads every option', () => {
	const { request, assumed } = read({
		options: {
			assetId: 'lamp-square', client: 'Acme', dominantColor: '#aabbcc', key: 'k1', marker: true, metadata: '{"row": 17}',
			scheduledAt: '2026-12-01T09:00:00', publishBefore: '2026-12-02T09:00:00Z', whenLate: 'skip',
		},
	});
	expect(request).toMatchObject({
		assetId: 'lamp-square', client: 'Acme', dominantColor: '#aabbcc', key: 'k1', marker: true, metadata: { row: 17 },
		scheduledAt: '2026-12-01T08:00:00.000Z', publishBefore: '2026-12-02T09:00:00.000Z', whenLate: 'skip',
	});
	expect(assumed).toEqual({ scheduledAt: true, publishBefore: false });
});

it.each([[undefined], ['']])('gives a row whose Publish Before is %p no rule for it', (publishBefore) => {
	expect(read({ options: { publishBefore, whenLate: 'skip' } }).request).toMatchObject({ publishBefore: null, whenLate: null });
});

it.each([['[1]', 'not a JSON object'], ['{', 'not valid JSON'], [['a'], 'not a JSON object']])('refuses the metadata %p', (metadata, why) => {
	expect(() => read({ options: { metadata } })).toThrow(why);
});

it.each(['', '{}', {}, null])('has no metadata for %p', (metadata) => {
	expect(read({ options: { metadata } }).request.metadata).toBeNull();
});
