import type { AccessToken, TokenSource } from '../../../src/publish/contract';
import { AccountTokens } from '../../../src/publish/tokens';

const token = (value: string): AccessToken => ({ value, baseUrl: 'http://127.0.0.1/v5' });

/** A source that holds one token and renews it to the next of a list; an Error in the list is thrown. */
function aSource(...renewals: (string | Error)[]) {
	const source = {
		held: 'first',
		renewed: 0,
		current: () => Promise.resolve(token(source.held)),
		refresh: async () => {
			const next = renewals[source.renewed++] ?? new Error('no more');
			await new Promise((resolve) => setImmediate(resolve));
			if (next instanceof Error) throw next;
			source.held = next;
			return token(next);
		},
	};
	return source satisfies TokenSource;
}

it('renews a dead token', async () => {
	const source = aSource('second');
	await expect(new AccountTokens(source).renew(token('first'))).resolves.toEqual({ kind: 'renewed' });
	expect(source.held).toBe('second');
});

it('renews once for all calls that meet the same dead token', async () => {
	const source = aSource('second');
	const tokens = new AccountTokens(source);
	const all = await Promise.all([tokens.renew(token('first')), tokens.renew(token('first')), tokens.renew(token('first'))]);
	expect(all).toEqual(Array(3).fill({ kind: 'renewed' }));
	expect(source.renewed).toBe(1);
});

it('does not renew when the owner has reconnected meanwhile', async () => {
	const source = aSource();
	source.held = 'reconnected';
	await expect(new AccountTokens(source).renew(token('first'))).resolves.toEqual({ kind: 'renewed' });
	expect(source.renewed).toBe(0);
});

it('does not renew again when the renewed token is refused too', async () => {
	const source = aSource('second', 'third');
	const tokens = new AccountTokens(source);
	await tokens.renew(token('first'));
	await expect(tokens.renew(token('second'))).resolves.toMatchObject({ kind: 'dead' });
	expect(source.renewed).toBe(1);
});

it('renews again when the renewed token was good for a while', async () => {
	const source = aSource('second', 'third');
	const tokens = new AccountTokens(source);
	await tokens.renew(token('first'));
	tokens.accepted(token('second'));
	await expect(tokens.renew(token('second'))).resolves.toEqual({ kind: 'renewed' });
	expect(source.held).toBe('third');
});

it('is dead when the renewal gives the refused token back', async () => {
	const tokens = new AccountTokens(aSource('first'));
	await expect(tokens.renew(token('first'))).resolves.toMatchObject({ kind: 'dead' });
});

it('is dead when the owner must reconnect, and quotes no token', async () => {
	const renewal = await new AccountTokens(aSource(new Error('invalid_grant for first'))).renew(token('first'));
	expect(renewal).toEqual({ kind: 'dead', message: 'invalid_grant for [token]' });
});

it('is refused when Pinterest was asked and would not', async () => {
	const renewal = await new AccountTokens(aSource(Object.assign(new Error('HTTP 400'), { refused: true }))).renew(token('first'));
	expect(renewal).toEqual({ kind: 'refused', message: 'HTTP 400' });
});

it('is unanswered when nobody could be asked, and asks again the next time', async () => {
	const tokens = new AccountTokens(aSource(Object.assign(new Error('no network'), { retryable: true }), 'second'));
	await expect(tokens.renew(token('first'))).resolves.toEqual({ kind: 'unanswered', message: 'no network' });
	await expect(tokens.renew(token('first'))).resolves.toEqual({ kind: 'renewed' });
});
