import { urlOf } from './url';

/** Query parameters that only say which click led here (2026-11); dropped, since they change with every copy of a link. */
const CLICK_IDS = new Set([
	'_gl', '_hsenc', '_hsmi', '_kx', 'dclid', 'epik', 'fbclid', 'gad_source', 'gbraid', 'gclid', 'gclsrc', 'igsh', 'igshid', 'irclickid',
	'li_fat_id', 'mc_eid', 'mkt_tok', 'msclkid', 'rdt_cid', 'sccid', 'srsltid', 'ttclid', 'twclid', 'vero_id', 'wbraid', 'yclid',
]);

/** Parameters of a signed media address, lower-cased: S3, Google Storage, CloudFront, Firebase, Discord. */
const SIGNATURE = new Set([
	'awsaccesskeyid', 'expires', 'googleaccessid', 'hm', 'is', 'ex', 'key-pair-id', 'policy', 'signature', 'token',
]);

/** Those of an Azure shared access signature: one or two letters, so they count only beside `sig`. */
const AZURE = new Set(['sig', 'se', 'sp', 'sv', 'sr', 'st', 'spr', 'sip', 'si', 'skoid', 'sktid', 'skt', 'ske', 'sks', 'skv', 'rscc', 'rscd', 'rsct']);

/** Hosts that sign in the path: the same file has another address each time it is read (Airtable, since 2022-11). */
const SIGNS_IN_PATH = /(^|\.)airtableusercontent\.com$|^dl\.airtable\.com$/;

/**
 * One form for all spellings of an address: scheme and host lower case, no default port, no fragment, no known click id,
 * query sorted by name. utm parameters stay, they are content. Text that is no address comes back trimmed.
 */
export function canonicalUrl(url: string): string {
	return canonical(url, () => (name) => CLICK_IDS.has(name));
}

/** As `canonicalUrl`, and without what signs a media address for a time. */
export function canonicalMediaUrl(url: string): string {
	return canonical(url, (query) => {
		const azure = query.has('sig');
		return (name) => CLICK_IDS.has(name) || SIGNATURE.has(name) || /^x-(amz|goog)-/.test(name) || (azure && AZURE.has(name));
	});
}

/** Whether this host is known to sign in the path, so that the address names no file for long. */
export function signsInPath(url: string): boolean {
	return SIGNS_IN_PATH.test(urlOf(url.trim())?.hostname ?? '');
}

/** The host of an address; null when it is none. */
export function hostOf(url: string): string | null {
	return urlOf(url.trim())?.host || null;
}

/** Whether a parameter of this query is dropped, by its name in lower case. */
type Dropping = (query: URLSearchParams) => (name: string) => boolean;

function canonical(text: string, dropping: Dropping): string {
	const url = urlOf(text.trim());
	if (!url) return text.trim();
	// Each part is only touched when it is there: most addresses have neither fragment, query nor escapes, and a part that is set is parsed anew.
	if (url.href.includes('#')) url.hash = '';
	if (url.href.includes('?')) url.search = canonicalQuery(url.searchParams, dropping);
	if (url.pathname.includes('%')) url.pathname = url.pathname.replace(/%[0-9a-f]{2}/gi, (escape) => escape.toUpperCase());
	return url.href;
}

/** Read and written as a whole, so that both ways to write a blank are one. */
function canonicalQuery(given: URLSearchParams, dropping: Dropping): string {
	const query = new URLSearchParams(given), isDropped = dropping(given);
	for (const name of new Set(query.keys())) {
		if (isDropped(name.toLowerCase())) query.delete(name);
	}
	// Values of one name keep their order: it may mean something.
	query.sort();
	return query.toString();
}
