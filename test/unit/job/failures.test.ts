import { classify, failureOf, type CallResult } from '../../../src/job/classify';
import type { FailureRow } from '../../../src/job/failure-row';
import { FAILURES, rowOf, type FailureCode } from '../../../src/job/failures';
import { answer, fault, NOW } from './builders';

const on = (endpoint: CallResult['endpoint'], call: CallResult): CallResult => ({ ...call, endpoint });
const limit = (text: string) => ({ headers: { 'x-ratelimit-limit': text, 'x-ratelimit-reset': '30' } });
const trialText = 'Apps with Trial access may not create Pins in production https://api.pinterest.com - use API Sandbox instead.';

/** What was really answered, or is documented; which row it must find. */
const examples: readonly [FailureCode, CallResult, string?][] = [
	['permit_refused', fault('connected', 'send_refused')],
	['permit_refused', fault('connected', 'abandoned')],
	['proxy_refused', fault('nothing', 'proxy_refused')],
	['proxy_refused', answer(407, '<html>Proxy authentication required</html>')],
	['tls_failed', fault('nothing', 'DEPTH_ZERO_SELF_SIGNED_CERT')],
	['tls_failed', fault('nothing', 'ERR_TLS_CERT_ALTNAME_INVALID')],
	['tls_failed', fault('nothing', 'CERT_HAS_EXPIRED')],
	['network_unreachable', fault('nothing', 'ENOTFOUND', { syscall: 'getaddrinfo' })],
	['network_unreachable', fault('nothing', 'ECONNRESET', { syscall: 'connect' }), 'a reset while connecting'],
	['network_unreachable', fault('nothing', 'connect_timeout')],
	['connection_lost_before_send', fault('connected', 'connection_closed')],
	['response_timeout', fault('sent', 'response_timeout')],
	['response_timeout', fault('sent', 'ETIMEDOUT')],
	['connection_lost', fault('sent', 'ECONNRESET', { syscall: 'read' }), 'the same code after the request had left'],
	['connection_lost', fault('sent', 'HPE_INVALID_CONSTANT')],
	['answer_cut', answer(201, '{"id": "12', { complete: false })],
	['answer_cut', answer(400, '{"code": 27', { complete: false }), 'a refusal whose body might have said otherwise'],
	['answer_unreadable', answer(201, '<html>')],
	['answer_unreadable', answer(200, { title: 'no id' })],
	['answer_unreadable', answer(200, '{"id": 1234567890123456789}'), 'an id that lost digits'],
	['answer_unreadable', answer(202, { id: '12' }), 'an id under a status that promises nothing'],
	['pinterest_fault', answer(400, { code: 2787, message: 'Sorry! Something went wrong on our end.' })],
	['pinterest_fault', answer(400, { code: 2786, message: 'Unknown.' })],
	['pinterest_fault', answer(403, { code: 1, message: 'Sorry! Something went wrong on our end.' })],
	['server_error', answer(500, { code: 0 })],
	['server_error', answer(503, '<html>Service unavailable</html>', { headers: { 'retry-after': '5' } })],
	['server_error', answer(408)],
	['redirected', answer(308, '', { headers: { location: 'https://elsewhere.example' } })],
	['app_not_approved', answer(401, { code: 3, message: 'Your application consumer type is not supported, please contact support.' })],
	['trial_app', answer(403, { code: 29, message: trialText })],
	['trial_app', answer(403, { code: 3, message: trialText })],
	['scope_missing', answer(401, { code: 3, message: "Your application doesn't have sufficient permissions" })],
	['scope_missing', answer(403, { code: 29, message: 'You do not have sufficient permissions' })],
	['board_not_permitted', answer(401, { code: 7, message: 'Authorization failed.' })],
	['board_not_permitted', answer(403, { code: 29, message: 'You are not permitted to access that resource.' })],
	['token_dead', answer(401, { code: 2, message: 'Authentication failed.' })],
	['token_dead', answer(401, '')],
	['token_service_down', on('token', answer(503))],
	['token_service_down', on('token', answer(429))],
	['token_service_down', on('token', fault('nothing', 'ENOTFOUND'))],
	['token_refused', on('token', answer(401, { code: 283, message: 'The authorization grant is invalid' }))],
	['business_account_needed', answer(403, { code: 403, message: 'PINNER_DATA_ACCESS_DENIED' })],
	['reads_forbidden', on('read', answer(403, { code: 403, message: 'PINNER_DATA_ACCESS_DENIED' }))],
	['spam_block', answer(429, { code: 8, message: 'Too many', message_detail: 'This was flagged as spam' })],
	['spam_block', answer(403, { code: 9, message: 'Sorry! You hit a block' })],
	['quota_exhausted', answer(429, { code: 8 }, { headers: { 'x-ratelimit-limit': '300, 300;w=86400;name="org_write"', 'x-ratelimit-reset': '4000' } })],
	['rate_limited', answer(429, { code: 8, message: 'This request exceeded a rate limit.' }, limit('100, 100;w=60;name="org_write", 1000;w=86400'))],
	['rate_limited', on('read', answer(429, { code: 8 }))],
	['image_too_small', answer(403, { code: 233, message: 'Image too small' })],
	['image_sizes_differ', answer(400, { code: 1, message: 'The images of a carousel must have the same size.' })],
	['image_broken', answer(403, { code: 235, message: 'Sorry, the image is too small, too large or broken' })],
	['image_broken', answer(400, { code: 1, message: 'Sorry we could not fetch the image.' })],
	['image_unreachable', answer(400, { code: 1, message: 'Unable to reach the URL. Please check it.' })],
	['media_gone', answer(404, { code: 404, message: 'Media upload not found.' })],
	['media_gone', on('media', answer(404, { code: 404, message: 'Media upload not found.' }))],
	['media_not_ready', answer(400, { code: 400, message: 'The media upload is not ready: its status is processing.' })],
	['section_not_found', answer(404, { code: 2031, message: 'Board section not found.' })],
	['board_not_found', answer(404, { code: 40, message: 'Board not found.' })],
	['board_not_found', on('read', answer(404, { code: 404, message: 'Board not found.' }))],
	['board_busy', answer(409, { code: 409, message: 'Could not get exclusive access to the board.' })],
	['board_id_refused', answer(400, { code: 1, message: "Invalid request: board_id 'Summer' does not match '^\\\\d+$'" })],
	['cover_image_missing', answer(400, { code: 1, message: 'Please provide cover_image_url or cover_image_content_type' })],
	['link_invalid', answer(400, { code: 1, message: 'Whoops! That is an invalid URL.' })],
	['link_blocked', answer(400, { code: 1, message: 'This link has been blocked.' })],
	['link_blocked', answer(400, { code: 1, message: 'Redirect detected for the given URL.' })],
	['request_invalid', answer(400, { code: 1, message: "Invalid request: {'items'} constraint: maxItems=5" })],
	['payload_too_large', answer(413)],
	['media_type_refused', answer(415)],
	['read_failed', on('read', fault('sent', 'ECONNRESET'))],
	['read_failed', on('read', answer(502))],
	['read_failed', on('read', answer(200, '<html>'))],
	['media_call_failed', on('media', answer(500))],
	['media_call_failed', on('upload', fault('sent', 'EPIPE'))],
	['video_too_large', on('upload', answer(400, 'EntityTooLarge Your proposed upload exceeds the maximum allowed size'))],
	['video_too_large', on('upload', answer(413, ''))],
	['upload_refused', on('upload', answer(400, 'RequestTimeout Your socket connection was not read from'))],
	['video_unreachable', on('source', fault('nothing', 'ENOTFOUND', { syscall: 'getaddrinfo' }))],
	['video_unreachable', on('source', fault('nothing', 'CERT_HAS_EXPIRED')), 'a certificate of theirs that has run out'],
	['video_unreachable', on('source', fault('sent', 'head_timeout'))],
	['video_unreachable', on('source', answer(200, '', { complete: false }))],
	['video_unreachable', on('source', answer(429))],
	['video_unreachable', on('source', answer(503))],
	['video_refused', on('source', answer(404))],
	['video_refused', on('source', answer(407)), 'a proxy of theirs, not ours'],
	['video_refused', on('source', answer(302)), 'a redirect that leads nowhere'],
	['upload_refused', on('upload', answer(403, '<Error><Code>SignatureDoesNotMatch</Code></Error>'))],
	['unmapped', answer(418, { code: 4711, message: 'I am a teapot.' })],
	['unmapped', answer(400, { code: 99, message: 'Never heard of.' })],
	['unmapped', on('read', answer(418))],
];

const requestFields = [
	'account', 'boardId', 'sectionId', 'link', 'title', 'description', 'altText', 'media', 'scheduledAt', 'publishBefore',
];

describe('the failure table', () => {
	const named = examples.map(([code, call, why]) => [code, why ?? labelOf(call), call] as const);

	it.each(named)('finds %s: %s', (code, _label, call) => {
		expect(failureOf(call, NOW).code).toBe(code);
	});

	it('has an example for every row that a call can find', () => {
		const shown = new Set(examples.map(([code]) => code));
		const missing = FAILURES.filter((row: FailureRow) => row.match.length > 0 && !shown.has(row.code as FailureCode));
		expect(missing.map(({ code }) => code)).toEqual([]);
	});

	it('says of a create that reached Pinterest and got no refusal that the Pin may exist', () => {
		const reached = examples.filter(([, call]) => call.endpoint === 'create' && (call.kind === 'fault' ? call.reached === 'sent' : call.status >= 500 || call.status < 300));
		expect(reached.length).toBeGreaterThan(8);
		expect(reached.map(([, call]) => classify(call, NOW).kind)).toEqual(reached.map(() => 'unknown'));
	});

	it('never sends an unmapped answer again', () => {
		expect(rowOf('unmapped')).toMatchObject({ outcome: 'refused', class: 'stop', queue: 'engineering' });
		expect(classify(answer(418), NOW).kind).toBe('refused');
	});

	it('takes a code of a newer version for unmapped', () => {
		expect(rowOf('from_the_future').code).toBe('unmapped');
	});

	const rows: FailureRow[] = [...FAILURES];

	it('uses each code once', () => {
		expect(new Set(rows.map(({ code }) => code)).size).toBe(rows.length);
		expect(rows.length).toBeGreaterThanOrEqual(40);
	});

	it.each(rows.map((row) => [row.code, row] as const))('says in %s what is wrong and what to do', (_code, row) => {
		expect(row.hint).toMatch(/^[^ ].{30,}[.]$/);
		expect(row.clientMessage).toMatch(/^.{10,}[.?]$/);
		expect(row.clientMessage).not.toMatch(/\{|token|API|worker|n8n|hold|429/i);
		expect([...row.hint.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).filter((name) => !['account', 'board', 'section', 'link', 'media'].includes(name!))).toEqual([]);
		expect(row.fix.filter((field) => !requestFields.includes(field))).toEqual([]);
	});

	it.each(rows.map((row) => [row.code, row] as const))('gives %s a way on that ends', (_code, row) => {
		if (row.becomes !== undefined) expect(rowOf(row.becomes).hold).toBeDefined();
		if (row.class === 'stop') expect(row.queue).toBe('engineering');
		// What may exist is looked for; only what is proven absent or refused has delays of its own.
		if (row.outcome === 'unknown') expect(row.delay ?? row.hold).toBeUndefined();
		if (row.class === 'route' || row.class === 'stop') expect(row.delay).toBeUndefined();
	});
});

function labelOf(call: CallResult): string {
	if (call.kind === 'fault') return `${call.endpoint}, ${call.reached}, ${call.code}`;
	return `${call.endpoint}, ${call.status} ${String(call.body).slice(0, 70)}`;
}
