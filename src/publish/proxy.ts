import type { Agent, ClientRequest } from 'node:http';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { getProxyForUrl } from 'proxy-from-env';

/**
 * The tunnel that HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY ask for (n8n reads them the same way), or null. The signal
 * ends a CONNECT that the proxy does not answer. Plain HTTP is tunnelled too, so that there is one path to a Pin.
 */
export function proxyTunnel(url: string, signal: AbortSignal): Agent | null {
	const proxy = getProxyForUrl(url);
	return proxy ? new HttpsProxyAgent(proxy, { signal }) : null;
}

/** Tells of a proxy that does not let the request through. */
export function onProxyRefusal(request: ClientRequest, refused: (error: NodeJS.ErrnoException) => void): void {
	request.on('proxyConnect', ({ statusCode }: { statusCode: number }) => {
		if (statusCode !== 200) refused(Object.assign(new Error(`The proxy answered ${statusCode} to CONNECT.`), { code: 'proxy_refused' }));
	});
}
