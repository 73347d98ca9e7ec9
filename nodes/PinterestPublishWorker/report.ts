import type { Engine } from '../../src';

type Check = Awaited<ReturnType<Engine['checkAccount']>>;

/** What a run by hand shows: whether this account could publish, and where to. */
export function report({ account, token, boards, findings }: Check) {
	// That no worker runs yet is why somebody checks by hand.
	const others = findings.filter(({ level, code }) => level !== 'ok' && code !== 'no_worker' && code !== 'account_not_served');
	const ok = token.ok && others.every(({ level }) => level !== 'error');
	return {
		ok,
		account,
		summary: token.ok
			? `Connected as ${token.user.username}; ${others.some(({ code }) => code === 'boards_unread') ? 'its boards could not be read' : `${boards.length} boards found`}. Nothing was published: publish the workflow to start the worker.`
			: `Not connected: ${token.message}`,
		token,
		boards,
		findings: others,
	};
}
