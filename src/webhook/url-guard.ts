import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { isSpecialAddress } from './special-addresses';
import { urlOf } from '../job/url';

const PORTS = new Set(['', '443', '8443']);

/** A URL deliveries may go to. `trusted`: on the allow list, so that its address is nobody's business. */
export type Checked = { ok: true; url: URL; trusted: boolean } | { ok: false; reason: string };

type Resolve = (host: string, options: { all: true; verbatim?: boolean; family?: number }, answer: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void) => void;

/**
 * Keeps deliveries away from addresses inside the operator's network. Looks three times: at the URL, at every answer of
 * the name's lookup (the connection then goes to an address that was looked at), and at the peer of the connected socket.
 */
export class UrlGuard {
	private readonly trusted: Set<string>;

	/** `allowedOrigins`: the operator's own n8n, the one exception; matched as a whole origin. */
	constructor(allowedOrigins: readonly string[] = [], private readonly resolve: Resolve = dnsLookup as Resolve) {
		this.trusted = new Set(allowedOrigins.map((origin) => new URL(origin).origin));
	}

	/** Whether deliveries may go to this URL as it is written. */
	check(text: string): Checked {
		const url = urlOf(text);
		if (!url) return { ok: false, reason: 'This is not a URL.' };
		if (url.username || url.password) return { ok: false, reason: 'A URL for events carries no user and password.' };
		if (this.trusts(url)) return { ok: true, url, trusted: true };
		if (url.protocol !== 'https:') return { ok: false, reason: 'Events go over https only, except to the n8n base URL for deliveries.' };
		if (!PORTS.has(url.port)) return { ok: false, reason: `Port ${url.port} is not allowed: 443 or 8443.` };
		const host = url.hostname.replace(/^\[|\]$/g, '');
		if (isIP(host) !== 0 && isSpecialAddress(host)) return { ok: false, reason: refusal(host) };
		return { ok: true, url, trusted: false };
	}

	/** Why nothing may be fetched from this host as it is written; null when it may. */
	refusesHost(url: URL): string | null {
		const host = url.hostname.replace(/^\[|\]$/g, '');
		return !this.trusts(url) && isIP(host) !== 0 && isSpecialAddress(host) ? `${host} is not an address of the public internet.` : null;
	}

	/** Whether this is on the allow list. */
	trusts(url: URL): boolean {
		return this.trusted.has(url.origin);
	}

	/** Resolves a name for a socket; fails when any of its addresses is special. */
	readonly lookup: LookupFunction = (host, options, answer) => {
		this.resolve(host, { all: true, verbatim: options.verbatim, family: familyNumber(options.family) }, (error, addresses) => {
			const [first] = addresses ?? [];
			const special = addresses?.find(({ address }) => isSpecialAddress(address));
			if (error || !first) return answer(error ?? guardError(`${host} has no address.`), '', 0);
			if (special) return answer(guardError(refusal(special.address)), '', 0);
			if (options.all) return answer(null, addresses);
			return answer(null, first.address, first.family);
		});
	};

	/** Whether the peer of a connected socket may be told anything. */
	admits(remoteAddress: string | undefined): boolean {
		return remoteAddress !== undefined && !isSpecialAddress(remoteAddress);
	}
}

function refusal(address: string): string {
	return `${address} is not an address of the public internet. For an n8n in your own network set "n8n base URL for deliveries".`;
}

function guardError(message: string): NodeJS.ErrnoException {
	return Object.assign(new Error(message), { code: 'EADDRREFUSED' });
}

function familyNumber(family: number | 'IPv4' | 'IPv6' | undefined): number {
	if (family === 'IPv4') return 4;
	return family === 'IPv6' ? 6 : (family ?? 0);
}
