import { createHash } from 'node:crypto';
import type { FaultName } from '../../../src/sandbox';
import { aWorld, permitAll, type World } from './world';

let world: World;
beforeEach(async () => {
	world = await aWorld({ hangMs: 3000 });
});
afterEach(() => world.stop());

const PNG = Buffer.concat([Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), Buffer.alloc(2000, 7)]);
const SHA = createHash('sha256').update(PNG).digest('hex');

describe('publishing', () => {
	it('makes one Pin of a job, with everything it says', async () => {
		const { sectionId, boardId } = world;
		const outcome = await world.publish(world.job({ sectionId, altText: 'A blue dress', dominantColor: '#0000FF' }));
		const [pin] = world.sandbox.control.pins().items;
		expect(outcome).toMatchObject({ kind: 'published', pinId: pin?.id, httpStatus: 201, requestId: expect.stringMatching(/\d+/) });
		expect(pin).toMatchObject({
			board: boardId, section: sectionId, link: 'https://shop.example/dress', title: 'A dress', description: 'Blue', altText: 'A blue dress',
			dominantColor: '#0000FF', media: 'https://img.example/dress.jpg',
		});
	});

	it('leaves out what a job does not say', async () => {
		await world.publish(world.job({ link: null, title: null, description: null }));
		expect(world.sandbox.control.pins().items).toMatchObject([{ link: null, title: null, description: null, section: null }]);
	});

	it('puts the marker into the link when the job wants one', async () => {
		const job = world.job({}, { marker: true });
		await world.publish(job);
		expect(world.sandbox.control.pins().items[0]?.link).toBe(`https://shop.example/dress?pj=${job.id.slice(3, 15)}`);
	});

	it('sends the bytes of an image that is kept', async () => {
		const job = world.job({ media: { kind: 'image_base64', sha256: SHA, contentType: 'image/png', bytes: PNG.length } });
		const outcome = await world.publish(job, { media: (sha256) => Promise.resolve(sha256 === SHA ? PNG : null) });
		expect(outcome).toMatchObject({ kind: 'published' });
		expect(world.sandbox.control.pins().items[0]?.mediaSha256).toBe(SHA);
	});

	it('asks no permit and calls nobody when the bytes are gone', async () => {
		const permit = jest.fn(permitAll);
		const job = world.job({ media: { kind: 'image_base64', sha256: SHA, contentType: 'image/png', bytes: PNG.length } });
		await expect(world.publish(job, { permit })).resolves.toMatchObject({ kind: 'not_sent', failure: { code: 'media_missing' } });
		expect(permit).not.toHaveBeenCalled();
		expect(world.operations()).toEqual([]);
	});

	it('asks for a budget that grows with the body', async () => {
		const budgets: number[] = [];
		const permit = (budgetMs: number) => {
			budgets.push(budgetMs);
			return permitAll(budgetMs);
		};
		const bytes = Buffer.concat([PNG, Buffer.alloc(3_000_000)]);
		const image = { kind: 'image_base64', sha256: SHA, contentType: 'image/png', bytes: bytes.length } as const;
		await world.publish(world.job(), { permit });
		await world.publish(world.job({ media: image }), { permit, media: () => Promise.resolve(bytes) });
		// 20 s and 1 s per megabyte, forty times as fast; base64 makes four megabytes of three.
		expect(budgets).toEqual([501, 601]);
	});
});

describe('the permit', () => {
	it('is asked when the connection is up', async () => {
		const dead = createDeadToken(world);
		const permit = jest.fn(permitAll);
		const outcome = await world.publish(world.job(), { permit, token: dead });
		expect(outcome).toMatchObject({ kind: 'not_sent', failure: { code: 'network_unreachable' } });
		expect(permit).not.toHaveBeenCalled();
	});

	it('sends nothing when it is refused', async () => {
		const outcome = await world.publish(world.job(), { permit: () => Promise.resolve(null) });
		expect(outcome).toMatchObject({ kind: 'not_sent', failure: { code: 'permit_refused' } });
		expect(world.operations()).toEqual([]);
	});

	it('sends nothing when asking for it fails, and says so', async () => {
		await expect(world.publish(world.job(), { permit: () => Promise.reject(new Error('no Redis')) })).rejects.toThrow('no Redis');
		expect(world.operations()).toEqual([]);
	});

	it.each([
		{ what: 'the process was frozen', clocks: (late: () => number) => ({ wallClock: () => 0, monotonic: late }) },
		{ what: 'the machine slept, and its steady clock with it', clocks: (late: () => number) => ({ wallClock: late, monotonic: () => 0 }) },
		// What the store's clock says is as old as the answer that set it.
		{ what: 'the machine slept, and the answer that gave it has set the clock of the store', clocks: (late: () => number) => ({ wallClock: late, monotonic: () => 0, now: () => 0 }) },
	])('sends nothing when $what after it was given', async ({ clocks }) => {
		let passed = 0;
		const slow = await aWorld({}, clocks(() => passed));
		const permit = async (budgetMs: number) => {
			const grant = await permitAll(budgetMs);
			passed = budgetMs * 0.6;
			return grant;
		};
		const outcome = await slow.publish(slow.job(), { permit });
		expect(outcome).toMatchObject({ kind: 'not_sent', failure: { code: 'permit_refused' } });
		expect(slow.operations()).toEqual([]);
		await slow.stop();
	});
});

/** A credential for a port on which nobody listens. */
function createDeadToken({ token }: World) {
	const nowhere = async () => ({ ...await token.current(), baseUrl: 'http://127.0.0.1:1/v5' });
	return { current: nowhere, refresh: nowhere };
}

describe('what an attempt tells', () => {
	it.each<{ fault: FaultName; kind: string; code: string; pins: number }>([
		{ fault: 'resetBefore', kind: 'unknown', code: 'connection_lost', pins: 0 },
		{ fault: 'closeBefore', kind: 'unknown', code: 'connection_lost', pins: 0 },
		{ fault: 'hangBefore', kind: 'unknown', code: 'response_timeout', pins: 0 },
		{ fault: 'commitThenHang', kind: 'unknown', code: 'response_timeout', pins: 1 },
		{ fault: 'commitThenReset', kind: 'unknown', code: 'connection_lost', pins: 1 },
		{ fault: 'commitThenClose', kind: 'unknown', code: 'connection_lost', pins: 1 },
		{ fault: 'commitThen500', kind: 'unknown', code: 'server_error', pins: 1 },
		{ fault: 'commitThen408', kind: 'unknown', code: 'server_error', pins: 1 },
		{ fault: 'commitThen2787', kind: 'unknown', code: 'pinterest_fault', pins: 1 },
		{ fault: 'cutBody', kind: 'unknown', code: 'answer_cut', pins: 1 },
		{ fault: 'stallBody', kind: 'unknown', code: 'answer_cut', pins: 1 },
		{ fault: 'noId2xx', kind: 'unknown', code: 'answer_unreadable', pins: 1 },
		{ fault: 'notJson2xx', kind: 'unknown', code: 'answer_unreadable', pins: 1 },
		{ fault: '429', kind: 'refused', code: 'rate_limited', pins: 0 },
		{ fault: 'spam429', kind: 'refused', code: 'spam_block', pins: 0 },
		{ fault: 'busy409', kind: 'refused', code: 'board_busy', pins: 0 },
	])('is $kind ($code) after $fault', async ({ fault, kind, code, pins }) => {
		world.sandbox.control.addFault({ fault });
		await expect(world.publish(world.job())).resolves.toMatchObject({ kind, failure: { code } });
		expect(world.pinCount()).toBe(pins);
		expect(world.operations()).toHaveLength(1);
	});

	it('keeps what the headers say of waiting', async () => {
		world.sandbox.control.addFault({ fault: '429' });
		await expect(world.publish(world.job())).resolves.toMatchObject({ failure: { facts: { httpStatus: 429, pinterestCode: 8, waitMs: 5000 } } });
	});
});

describe('a dead token', () => {
	it('is renewed once, and the job is to be sent again', async () => {
		world.sandbox.control.changeAccount('acme', { revoke: 'access' });
		await expect(world.publish(world.job())).resolves.toMatchObject({ kind: 'refused', failure: { code: 'token_refreshed', facts: { httpStatus: 401 } } });
		await expect(world.publish(world.job())).resolves.toMatchObject({ kind: 'published' });
		expect(world.token.renewals).toBe(1);
	});

	it('is renewed once for all attempts under way', async () => {
		world.sandbox.control.changeAccount('acme', { revoke: 'access' });
		const outcomes = await Promise.all([1, 2, 3].map(() => world.publish(world.job())));
		expect(outcomes.map((outcome) => 'failure' in outcome && outcome.failure.code)).toEqual(Array(3).fill('token_refreshed'));
		expect(world.token.renewals).toBe(1);
	});

	it('stays dead when the renewed one is refused too', async () => {
		world.sandbox.control.changeAccount('acme', { revoke: 'access' });
		await world.publish(world.job());
		world.sandbox.control.changeAccount('acme', { revoke: 'access' });
		await expect(world.publish(world.job())).resolves.toMatchObject({ kind: 'refused', failure: { code: 'token_dead' } });
		expect(world.token.renewals).toBe(1);
	});

	it('is renewed again when the renewed one was good for a while', async () => {
		for (const renewals of [1, 2]) {
			world.sandbox.control.changeAccount('acme', { revoke: 'access' });
			await expect(world.publish(world.job())).resolves.toMatchObject({ failure: { code: 'token_refreshed' } });
			await expect(world.publish(world.job())).resolves.toMatchObject({ kind: 'published' });
			expect(world.token.renewals).toBe(renewals);
		}
	});

	it('stays dead when its owner has to reconnect, and nobody sees it', async () => {
		world.sandbox.control.changeAccount('acme', { revoke: 'access' });
		world.token.refusal = new Error(`invalid_grant for ${world.token.value}`);
		const outcome = await world.publish(world.job());
		expect(outcome).toMatchObject({ kind: 'refused', failure: { code: 'token_dead', facts: { httpStatus: 401, pinterestCode: 2 } } });
		expect(JSON.stringify(outcome)).toContain('invalid_grant');
		expect(JSON.stringify(outcome)).not.toContain(world.token.value);
	});

	it('is tried again later when nobody could be asked for a new one', async () => {
		world.sandbox.control.changeAccount('acme', { revoke: 'access' });
		world.token.refusal = Object.assign(new Error('getaddrinfo ENOTFOUND api.pinterest.com'), { retryable: true });
		await expect(world.publish(world.job())).resolves.toMatchObject({ kind: 'refused', failure: { code: 'token_service_down' } });
	});

	it('is not renewed when only a scope is missing', async () => {
		world.sandbox.control.changeAccount('acme', { scopes: ['boards:read', 'pins:read', 'user_accounts:read'] });
		await expect(world.publish(world.job())).resolves.toMatchObject({ kind: 'refused', failure: { code: 'scope_missing' } });
		expect(world.token.renewals).toBe(0);
	});

	it('calls nobody when the credential cannot be read', async () => {
		const unreadable = { current: () => Promise.reject(new Error('Credential was deleted')), refresh: () => world.token.refresh() };
		await expect(world.publish(world.job(), { token: unreadable })).resolves.toMatchObject({
			kind: 'not_sent', failure: { code: 'token_unreadable', facts: { message: 'Credential was deleted' } },
		});
		expect(world.operations()).toEqual([]);
	});
});

describe('a token check', () => {
	it('tells whose the token is, by reads alone', async () => {
		const { userId, username } = world.sandbox.control.account('acme');
		await expect(world.publisher.check(world.token)).resolves.toEqual({ ok: true, user: { id: userId, username, accountType: 'BUSINESS' } });
		expect(world.operations()).toEqual(['getUserAccount', 'listBoards']);
	});

	it('renews a dead token on the way', async () => {
		world.sandbox.control.changeAccount('acme', { revoke: 'access' });
		await expect(world.publisher.check(world.token)).resolves.toMatchObject({ ok: true });
		expect(world.token.renewals).toBe(1);
	});

	it('finds a token dead when it cannot be renewed', async () => {
		world.sandbox.control.changeAccount('acme', { revoke: 'access' });
		world.token.refusal = new Error('invalid_grant');
		await expect(world.publisher.check(world.token)).resolves.toMatchObject({ ok: false, code: 'token_dead', retryable: false });
	});

	it.each([
		{ scopes: ['user_accounts:read'] },
		{ scopes: ['boards:read', 'boards:write', 'pins:read', 'pins:write'] },
	])('finds a scope missing with $scopes', async ({ scopes }) => {
		world.sandbox.control.changeAccount('acme', { scopes });
		await expect(world.publisher.check(world.token)).resolves.toMatchObject({ ok: false, code: 'scope_missing', retryable: false });
	});

	it('finds an app that is not approved', async () => {
		world.sandbox.control.changeApp({ access: 'none' });
		await expect(world.publisher.check(world.token)).resolves.toMatchObject({ ok: false, code: 'app_not_approved', retryable: false });
	});

	it('says nothing of the token when Pinterest is away or busy', async () => {
		await expect(world.publisher.check(createDeadToken(world))).resolves.toMatchObject({ ok: false, code: 'read_failed', retryable: true });
		world.sandbox.control.addFault({ fault: '429' });
		await expect(world.publisher.check(world.token)).resolves.toMatchObject({ ok: false, code: 'rate_limited', retryable: true });
	});

	it('takes a slot for each of its two reads, and says nothing of the token without them', async () => {
		const asked: number[] = [];
		const reads = (most: number) => <T>(call: () => Promise<T>) => (asked.push(1) > most ? Promise.resolve(undefined) : call());
		await expect(world.publisher.check(world.token, { reads: reads(2) })).resolves.toMatchObject({ ok: true });
		expect(asked).toHaveLength(2);
		await expect(world.publisher.check(world.token, { reads: reads(3) })).resolves.toMatchObject({ ok: false, code: 'permit_refused', retryable: true });
	});
});

describe('the boards of an account', () => {
	it('are listed with their sections', async () => {
		const { boards } = world.sandbox.control.account('acme');
		const listed = await world.publisher.boards(world.token);
		const byId = (a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id);
		expect([...listed].sort(byId)).toEqual(boards.map((board) => ({ ...board, privacy: 'PUBLIC' })).sort(byId));
	});

	it('are listed over all pages', async () => {
		for (let n = 0; n < 260; n += 1) world.sandbox.control.addBoard('acme', { name: `Board ${n}` });
		world.sandbox.control.setRates({ universal: null });
		await expect(world.publisher.boards(world.token)).resolves.toHaveLength(262);
		// Two pages of boards, and the sections of the first hundred.
		expect(world.operations()).toHaveLength(102);
	});

	it('keep their sections from the list before, but for those that are new or were renamed', async () => {
		const known = await world.publisher.boards(world.token);
		const before = world.operations().length;
		const renamed = known.map((board, i) => ({ ...board, name: i === 0 ? 'Former name' : board.name, sections: [{ id: '7', name: 'Kept' }] }));
		const added = world.sandbox.control.addBoard('acme', { name: 'New' });
		const listed = await world.publisher.boards(world.token, renamed);
		expect(listed.filter(({ sections }) => sections[0]?.name === 'Kept')).toHaveLength(known.length - 1);
		expect(listed.map(({ id }) => id)).toContain(added.id);
		// The list, the renamed board's sections and the new one's.
		expect(world.operations().length - before).toBe(3);
	});

	it('are not given in part when a page cannot be read, or may not yet', async () => {
		let slots = 0;
		await expect(world.publisher.boards(world.token, [], { reads: (call) => (++slots > 1 ? Promise.resolve(undefined) : call()) })).rejects.toMatchObject({ code: 'permit_refused' });
		expect(slots).toBe(2);
		world.sandbox.control.addFault({ fault: 'error500Before' });
		await expect(world.publisher.boards(world.token)).rejects.toMatchObject({ code: 'read_failed' });
	});
});
