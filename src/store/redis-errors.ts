import { types } from 'node:util';
import { EngineError, isEngineError } from '../errors';

/** The connection is not up; `cause` is what it failed with last. */
export class NotReady extends Error {
	override readonly name = 'NotReady';

	constructor(cause: Error | null) {
		super(cause?.message ?? 'Redis does not answer.', { cause });
	}
}

// What Redis says while it starts, fails over or moves slots: the same call may succeed in a moment.
const PASSING = ['LOADING', 'MASTERDOWN', 'READONLY', 'CLUSTERDOWN', 'TRYAGAIN', 'MOVED', 'ASK', 'BUSY', 'NOREPLICAS', 'UNBLOCKED'];
const REFUSED = ['NOAUTH', 'WRONGPASS', 'NOPERM', 'MISCONF'];
/** The same of what a script asks for; 7.0 first, then later ones. */
const REFUSED_IN_SCRIPT = /The user executing the script can't|ACL failure in script/;
// Node's and OpenSSL's codes for a server that cannot be told from a stranger.
const UNTRUSTED = /^(DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|CERT_|ERR_TLS_CERT)/;
const LOST_CONNECTION = /Connection is closed|isn't writeable|timed out|slots cache|sentinels|ECONN|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOST|ENETUN|Cluster(?: isn't|AllFailed)|socket/i;

/** Whether the same call may succeed if it is made again: a lost connection, a Redis that starts or fails over. */
export function isRepeatable(error: unknown): boolean {
	if (!types.isNativeError(error) || isEngineError(error)) return false;
	if (error.name === 'ReplyError') return PASSING.some((word) => error.message.startsWith(word));
	return ['NotReady', 'MaxRetriesPerRequestError', 'ClusterAllFailedError', 'AbortError'].includes(error.name) || LOST_CONNECTION.test(error.message);
}

/** Somebody is there and trying again is no use: a wrong password, missing rights, a certificate we do not trust. */
export function isRefusal(error: Error): boolean {
	return isUntrusted(error) || (error.name === 'ReplyError' && (REFUSED.some((word) => error.message.includes(word)) || REFUSED_IN_SCRIPT.test(error.message)));
}

function isUntrusted(error: Error & { code?: unknown }): boolean {
	return typeof error.code === 'string' && UNTRUSTED.test(error.code);
}

/** The server has not seen this script since it started. */
export function isUnknownScript(error: unknown): boolean {
	return types.isNativeError(error) && error.message.startsWith('NOSCRIPT');
}

/** The server does not know the line that lets a script run when memory is full. */
export function isRefusedFlag(error: unknown): boolean {
	return types.isNativeError(error) && /near '#'/.test(error.message);
}

/** What the caller is told when a call failed for good. */
export function translated(error: unknown): unknown {
	if (!types.isNativeError(error) || isEngineError(error)) return error;
	if (isRepeatable(error)) {
		return new EngineError('redis_unavailable', {
			message: `Redis does not answer (${error.message}).`,
			hint: 'Check host, port and TLS of the engine credential, and that Redis runs. Nothing is lost by trying again: the key makes it safe.',
		}, { cause: error });
	}
	if (isUntrusted(error)) {
		return new EngineError('redis_unavailable', {
			message: `The certificate of Redis is not trusted: ${error.message}.`,
			hint: 'Put the certificate of its authority into CA Certificate of the engine credential, and use the host name it was made for.',
		}, { cause: error });
	}
	if (error.name !== 'ReplyError') return error;
	if (error.message.startsWith('NEWER')) {
		return new EngineError('namespace_newer', { hint: 'Update this package, or use another namespace.' }, { cause: error });
	}
	if (error.message.includes('OOM')) {
		return new EngineError('namespace_full', { message: 'Redis has no memory left.', hint: 'Give Redis more memory (maxmemory) or end failures that keep images.' }, { cause: error });
	}
	if (isRefusal(error)) {
		return new EngineError('redis_unavailable', { message: `Redis refuses: ${error.message}`, hint: 'Check user, password and rights (docs/security.md); pinterest-jobs doctor names the rights that are missing.' }, { cause: error });
	}
	return error;
}
