import type { PublishRequest } from '../../../src';
import { renewToken } from '../../../src/bin/token-renewal';
import type { FailureCode } from '../../../src/job/failures';
import type { HoldKind } from '../../../src/job/hold';
import type { FaultName } from '../../../src/sandbox/faults';
import type { TestWorld } from '../../support/world';

/** How a row is met at the sandbox, and what the job has come to when nobody does anything. */
export interface Cause {
	/** Makes Pinterest, or what stands before it, fail so for this account from now on. */
	act?(world: TestWorld, account: string): void;
	request?(world: TestWorld): Partial<PublishRequest>;
	/**
	 * `failed`: in the queue of its row. `held`: it waits under a hold. `published`: tried again, and there. `found`: it was
	 * there all along. `undecided`: nobody can tell, a person has to look.
	 */
	end: 'failed' | 'held' | 'published' | 'found' | 'undecided';
	/** POSTs until then, and no more. */
	posts: number;
	hold?: HoldKind;
	/** What a look met stands among its looks, since what the job failed by is that nobody knows. */
	scan?: 'forbidden' | 'incomplete';
	/** The worker's own check told; no attempt was made. */
	byCheck?: true;
}

type Body = object | string;

/** Every create of the account is answered like this. */
const answered = (status: number, body: Body, headers: Record<string, string> = {}, times = 1000) => (world: TestWorld, account: string): void =>
	world.sandbox.control.addFault({ match: { account, operation: 'createPin' }, fault: { commits: 'no', ending: { kind: 'answer', status, body, headers } }, times });

/** The next create of the account meets this; `times` of them do. */
const meets = (fault: FaultName, times = 1) => (world: TestWorld, account: string): void => world.sandbox.control.addFault({ match: { account, operation: 'createPin' }, fault, times });

const pinterest = (code: number, message: string): Body => ({ code, message, status: 'failure' });
const image = (url: string) => () => ({ media: { kind: 'image_url' as const, url } });
const carousel = (...urls: string[]) => () => ({ media: { kind: 'carousel' as const, cards: urls.map((url) => ({ image: { kind: 'image_url' as const, url } })) } });
const both = (...acts: NonNullable<Cause['act']>[]) => (world: TestWorld, account: string): void => acts.forEach((act) => act(world, account));

/** A token source that no longer does what it did. */
function broken(what: 'current' | 'refresh', error: Error) {
	return (world: TestWorld, account: string): void => {
		world.sources.set(account, { [what]: () => Promise.reject(error) });
		if (what === 'refresh') world.sandbox.control.changeAccount(account, { revoke: 'access' });
	};
}

/** Its owner has taken the app's leave away: Pinterest knows neither the token nor the one that renews it. */
function unrenewable({ sandbox, sources }: TestWorld, account: string): void {
	const { refreshToken } = sandbox.control.account(account), [app] = sandbox.control.world().apps;
	const secret = { refreshToken: refreshToken!, appId: app!.id, appSecret: app!.secret };
	sources.set(account, { refresh: async () => ({ value: (await renewToken(sandbox.url.replace(/\/$/, ''), secret)).accessToken, baseUrl: sandbox.url }) });
	sandbox.control.changeAccount(account, { revoke: 'all' });
}

/** In a policy of two quick and two slow retries: rows without a rule of their own are tried so often. */
export const TRIES = { retry: 1 + 2 + 2, retryLater: 1 + 2 };

/** One cause a row that an answer or a fault of Pinterest, or our side of the line, can make; the account is named after the row. */
export const CAUSES: Partial<Record<FailureCode, Cause>> = {
	proxy_refused: { act: answered(407, '<html>Proxy authentication required</html>'), end: 'failed', posts: TRIES.retryLater },
	response_timeout: { act: meets('commitThenHang'), end: 'found', posts: 1 },
	connection_lost: { act: meets('commitThenReset'), end: 'found', posts: 1 },
	answer_cut: { act: meets('cutBody'), end: 'found', posts: 1 },
	answer_unreadable: { act: meets('noId2xx'), end: 'found', posts: 1 },
	pinterest_fault: { act: meets('commitThen2787'), end: 'found', posts: 1 },
	server_error: { act: meets('commitThen500'), end: 'found', posts: 1 },
	outcome_unknown: { act: meets('error500Before'), end: 'undecided', posts: 1 },
	read_failed: {
		act: both(meets('error500Before'), (world, account) => world.sandbox.control.addFault({ match: { account, operation: 'listBoardPins' }, fault: 'error500Before', times: 1000 })),
		end: 'undecided', posts: 1, scan: 'incomplete',
	},
	reads_forbidden: {
		act: both(meets('error500Before'), (world, account) => void world.sandbox.control.changeAccount(account, { readsForbidden: true })),
		end: 'undecided', posts: 1, scan: 'forbidden',
	},
	redirected: { act: answered(308, '', { location: 'https://elsewhere.example/' }), end: 'failed', posts: 1 },

	scope_missing: { act: (world, account) => void world.sandbox.control.changeAccount(account, { scopes: ['boards:read', 'pins:read', 'user_accounts:read'] }), end: 'held', posts: 1, hold: 'scope_missing' },
	business_account_needed: { act: answered(403, pinterest(403, 'PINNER_DATA_ACCESS_DENIED')), end: 'failed', posts: 1 },
	board_not_permitted: { request: (world) => ({ boardId: world.board('stranger') }), end: 'failed', posts: 1 },
	token_dead: { act: (world, account) => void world.sandbox.control.changeAccount(account, { revoke: 'all' }), end: 'held', posts: 1, hold: 'token_dead' },
	token_refused: { act: unrenewable, end: 'held', posts: 1, hold: 'token_dead' },
	token_service_down: { act: broken('refresh', Object.assign(new Error('The token endpoint answers 503.'), { retryable: true })), end: 'failed', posts: TRIES.retryLater },
	token_refreshed: { act: answered(401, pinterest(2, 'Authentication failed.'), {}, 1), end: 'published', posts: 2 },
	token_unreadable: { act: broken('current', new Error('The credential is locked.')), end: 'held', posts: 0, hold: 'token_dead', byCheck: true },
	account_mismatch: { act: (world, account) => void world.tokens.set(account, world.tokens.get('stranger')!), end: 'held', posts: 0, hold: 'account_mismatch', byCheck: true },
	spam_block: { act: meets('spam429'), end: 'published', posts: 2, hold: 'spam_block' },
	rate_limited: { act: meets('429'), end: 'published', posts: 2, hold: 'rate_limited' },

	image_too_small: { request: image('https://shop.example/too-small.jpg'), end: 'failed', posts: 1 },
	image_sizes_differ: { request: carousel('https://shop.example/a.jpg', 'https://shop.example/other-size.jpg'), end: 'failed', posts: 1 },
	image_broken: { request: image('https://shop.example/broken.jpg'), end: 'failed', posts: 2 },
	// The third try is to carry the image itself, which nobody can load here.
	image_unreachable: { request: image('https://shop.example/unreachable.jpg'), end: 'failed', posts: 2 },
	section_not_found: { request: () => ({ sectionId: '424242' }), end: 'failed', posts: 1 },
	board_not_found: { request: () => ({ boardId: '999999' }), end: 'failed', posts: 1 },
	board_busy: { act: (world, account) => world.sandbox.control.changeBoard(world.board(account), { busyForMs: 1e12 }), end: 'failed', posts: 1 + 12 },
	board_id_refused: { act: answered(400, pinterest(1, "Invalid request: board_id 'Summer' does not match '^\\d+$'")), end: 'failed', posts: 1 },
	cover_image_missing: { act: answered(400, pinterest(1, 'Please provide cover_image_url or cover_image_content_type')), end: 'failed', posts: 1 },
	link_invalid: { act: answered(400, pinterest(1, 'Whoops! That is an invalid URL.')), end: 'failed', posts: 1 },
	link_blocked: { request: () => ({ link: 'https://bit.ly/link_blocked' }), end: 'failed', posts: 1 },
	request_invalid: { act: answered(400, pinterest(1, "Invalid request: {'items'} constraint: maxItems=5")), end: 'failed', posts: 1 },
	payload_too_large: { act: answered(413, pinterest(413, 'The request body is too large.')), end: 'failed', posts: 1 },
	media_type_refused: { act: answered(415, ''), end: 'failed', posts: 1 },
	unmapped: { act: answered(418, { odd: ['I am', 'a teapot'] }), end: 'failed', posts: 1 },
};

/** The same for rows that stop the whole app, or all calls: each has a world of its own. */
export const CAUSES_FOR_ALL: Partial<Record<FailureCode, Cause>> = {
	app_not_approved: { act: (world) => world.sandbox.control.changeApp({ access: 'none' }), end: 'held', posts: 1, hold: 'app_not_approved' },
	trial_app: { act: (world) => world.sandbox.control.changeApp({ access: 'trial' }), end: 'held', posts: 1, hold: 'trial_app' },
	quota_exhausted: {
		act: answered(429, pinterest(8, 'This request exceeded a rate limit.'), { 'X-RateLimit-Limit': '300, 300;w=86400;name="org_write"', 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '60' }),
		end: 'held', posts: 1, hold: 'quota_exhausted',
	},
	network_unreachable: { act: (world) => void world.sandbox.stop(), end: 'failed', posts: 0 },
	deadline_passed: { end: 'failed', posts: 0 },
	media_missing: { end: 'failed', posts: 0 },
};

/** Rows that no answer of Pinterest to these calls makes: the file that shows them, and the test there. */
export const ELSEWHERE: Partial<Record<FailureCode, [file: string, test: string]>> = {
	permit_refused: ['test/integration/publish/publisher.test.ts', 'sends nothing when it is refused'],
	tls_failed: ['test/integration/publish/https-call.test.ts', 'has reached nothing, and written nothing, when the certificate is not trusted'],
	connection_lost_before_send: ['test/integration/publish/https-call.test.ts', 'writes nothing and asks no check when the connection ended before the send'],
	media_gone: ['test/integration/publish/hand-over.test.ts', 'is published only with what was handed over'],
	media_not_ready: ['test/integration/publish/hand-over.test.ts', 'is asked about until Pinterest has finished with it'],
	media_call_failed: ['test/integration/publish/hand-over.test.ts', 'says whose fault it is'],
	upload_refused: ['test/integration/publish/upload.test.ts', 'says what storage said against it'],
	media_processing_failed: ['test/integration/publish/hand-over.test.ts', 'says whose fault it is'],
	media_processing_slow: ['test/unit/job/media-plan.test.ts', 'says so when Pinterest takes more than half an hour, and goes on asking'],
	video_too_large: ['test/integration/publish/upload.test.ts', 'says that the file is too large when storage does'],
	video_unreachable: ['test/integration/publish/source.test.ts', 'that is cut breaks off with how far it came'],
	video_refused: ['test/integration/publish/source.test.ts', 'a page that is called a video'],
	video_length_unknown: ['test/integration/publish/source.test.ts', 'does not say how long'],
	video_address_forbidden: ['test/integration/publish/source.test.ts', 'is connected to neither directly nor by a redirect'],
	lease_lost: ['test/integration/store/settle.test.ts', 'still says that a permit had been given'],
	poison: ['test/unit/job/transition.test.ts', 'poison'],
	scan_incomplete: ['test/integration/publish/reconcile.test.ts', 'stops at a board that never ends'],
	pin_displaced: ['test/integration/store/revise.test.ts', 'of a second Pin sends the job that had adopted it back to look'],
	double_pin: ['test/integration/engine/failures.test.ts', 'a second Pin'],
	subscription_disabled: ['test/integration/webhook/deliveries.test.ts', 'is disabled when nothing was accepted for five days'],
};

/** Rows that nothing in this version says: no call of theirs is made yet, or no step. A test looks that this stays true. */
export const NOT_YET: readonly FailureCode[] = ['worker_fault'];
