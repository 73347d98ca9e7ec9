import type { Engine } from '../../src';

type Check = Awaited<ReturnType<Engine['checkAccount']>>;

/** What a run by hand shows: whether this account could publish, and where to. */
export function report({ account, token, boards, findings }: Check) {
	const ok = token.ok && findings.every(({ level }) => level !== 'error');
	return {
		ok,
		account,
		summary: token.ok
			? `Connected as ${token.user.username}; ${boards.length} boards found. Nothing was published: publish the workflow to start the worker.`
			: `Not connected: ${token.message}`,
		token,
		boards,
		findings,
	};
}
