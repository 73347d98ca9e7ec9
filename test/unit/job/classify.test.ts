import { classify, classifyRead, ourFailure } from '../../../src/job/classify';
import { answer, fault, NOW } from './builders';

describe('classify', () => {
	it.each([
		['201 with an id', answer(201, { id: '813744226420795884' }, { headers: { 'x-pinterest-rid': '55' } }), '813744226420795884'],
		['200 with an id', answer(200, { id: '12' }), '12'],
		['an id as a number that is exact', answer(201, { id: 42 }), '42'],
		['bytes instead of text', answer(201, '', { body: Buffer.from('{"id":"7"}') }), '7'],
	])('takes the Pin for published on %s', (_name, call, pinId) => {
		expect(classify(call, NOW)).toMatchObject({ kind: 'published', pinId, httpStatus: (call as { status: number }).status });
	});

	it.each([['no id', {}], ['a name for an id', { id: 'abc' }], ['an empty id', { id: '' }], ['a list', [{ id: '1' }]], ['an inherited id', '{"__proto__":{"id":"1"}}']])(
		'does not know whether the Pin exists on 201 with %s', (_name, body) => {
			expect(classify(answer(201, body), NOW).kind).toBe('unknown');
		},
	);

	it('does not know whether the Pin exists when the answer broke off, however whole it looks', () => {
		expect(classify(answer(201, { id: '12' }, { complete: false }), NOW).kind).toBe('unknown');
	});

	it('keeps what support asks for: request id, status, code, and a redacted message', () => {
		const call = answer(400, { code: 99, message: 'Bad', message_detail: 'Bearer pina_SECRET1234 is odd' }, { headers: { 'x-pinterest-rid': 'r-1' } });
		const outcome = classify(call, NOW);
		expect(outcome).toMatchObject({ kind: 'refused', failure: { facts: { httpStatus: 400, pinterestCode: 99, requestId: 'r-1' } } });
		expect(JSON.stringify(outcome)).not.toContain('SECRET');
	});

	it('says what a proxy in between answered, without its markup', () => {
		const outcome = classify(answer(403, '<html><style>x{}</style><body><h1>Access denied</h1> by firewall</body></html>'), NOW);
		expect(outcome).toMatchObject({ failure: { facts: { message: 'Status 403: Access denied by firewall' } } });
	});

	it('says how a call without an answer ended', () => {
		expect(classify(fault('nothing', 'ENOTFOUND', { syscall: 'getaddrinfo', message: 'getaddrinfo ENOTFOUND api.pinterest.com' }), NOW))
			.toMatchObject({ kind: 'not_sent', failure: { code: 'network_unreachable', facts: { message: 'getaddrinfo ENOTFOUND api.pinterest.com (getaddrinfo)' } } });
	});

	it('hands on how long the headers ask to wait', () => {
		expect(classify(answer(429, {}, { headers: { 'retry-after': '7' } }), NOW)).toMatchObject({ failure: { facts: { waitMs: 7000 } } });
	});
});

describe('classifyRead', () => {
	it('gives the JSON of a whole answer', () => {
		expect(classifyRead(answer(200, { items: [] }, { endpoint: 'read' }), NOW)).toEqual({ ok: true, json: { items: [] } });
	});

	it.each([
		['a cut body', answer(200, '{"items": []}', { endpoint: 'read', complete: false }), 'read_failed'],
		['no JSON', answer(200, 'ok', { endpoint: 'read' }), 'read_failed'],
		['a server error', answer(500, {}, { endpoint: 'read' }), 'read_failed'],
		['a dead token', answer(401, { code: 2 }, { endpoint: 'read' }), 'token_dead'],
	])('says why there is none: %s', (_name, call, code) => {
		expect(classifyRead(call, NOW)).toMatchObject({ ok: false, failure: { code } });
	});
});

describe('ourFailure', () => {
	it('speaks for us when no call did', () => {
		expect(ourFailure('media_missing')).toMatchObject({ code: 'media_missing', facts: { httpStatus: null, message: expect.stringContaining('bytes of the image') } });
		expect(ourFailure('worker_fault', 'token=abc').facts.message).toBe('token=[redacted]');
	});
});
