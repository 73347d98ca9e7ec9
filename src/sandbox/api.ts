import { refuse, type Answer } from './answers';
import type { Exchange } from './exchange';
import type { AppliedFault, FaultSubject } from './faults';
import { contentHash, type PinContent } from './ledger';
import { die } from './random';
import { fileRoutes } from './routes/files';
import { listingRoutes } from './routes/listings';
import { mediaRoutes } from './routes/media';
import { oauthRoutes } from './routes/oauth';
import { pinRoutes } from './routes/pins';
import type { ApiCall, BearerRoute, OpenCall, OpenRoute, Route, StreamRoute } from './routes/route';
import type { State } from './state';
import { fingerprint, type AccessToken } from './tokens';

const routes: Route[] = [...pinRoutes, ...listingRoutes, ...mediaRoutes, ...fileRoutes, ...oauthRoutes];
const postsPin = 'createPin';

/** Answers one call of the API, or ends it as the fault it meets wants it. */
export async function serve(state: State, exchange: Exchange): Promise<void> {
	const { request, record, url } = exchange;
	const route = routes.find(({ method, pattern }) => method === request.method && pattern.test(url.pathname));
	const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
	const access = token === undefined ? null : state.tokens.living(token);
	Object.assign(record, { operation: route?.operation ?? 'unknown', account: access?.account.name ?? null });
	if (token !== undefined) record.token = fingerprint(token);

	const early = state.faults.earlyFor(subject(exchange));
	if (early) return exchange.finish(refuse.crashed(), early);
	if (route?.kind === 'stream') return serveStream(state, exchange, route);
	const body = await exchange.body(state.settings.maxBodyBytes);
	if (body === null) return exchange.finish(refuse.tooLarge());
	if (!route) return exchange.finish(refuse.noSuchCall());

	const params = route.pattern.exec(url.pathname)!.slice(1);
	const call: OpenCall = { headers: request.headers, params, query: url.searchParams, body, record };
	if (route.kind === 'open') return serveOpen(state, exchange, route, call);
	if (!access) return exchange.finish(refuse.deadToken());
	return serveAccount(state, exchange, route, access, call);
}

function serveOpen(state: State, exchange: Exchange, route: OpenRoute, call: OpenCall): void {
	const fault = state.faults.scriptedFor(subject(exchange));
	exchange.finish(fault?.commits === 'no' ? refuse.crashed() : route.handle(state, call), fault);
}

async function serveStream(state: State, exchange: Exchange, route: StreamRoute): Promise<void> {
	const { request, url, record } = exchange;
	const params = route.pattern.exec(url.pathname)!.slice(1);
	const act = await route.handle(state, { headers: request.headers, params, query: url.searchParams, request, record });
	const fault = state.faults.scriptedFor(subject(exchange));
	if (fault?.commits === 'no') return exchange.finish(refuse.crashed(), fault);
	const answer = act();
	return 'chunks' in answer ? exchange.pour(answer) : exchange.finish(answer, fault);
}

async function serveAccount(state: State, exchange: Exchange, route: BearerRoute, access: AccessToken, open: OpenCall): Promise<void> {
	const { account } = access;
	const { record } = exchange;
	const content = route.content?.(state, account, open.body) ?? null;
	const key = content ? contentHash(content) : `${account.name} ${record.method} ${record.path}`;
	const call: ApiCall = { ...open, account, nth: state.ledger.countSent(key), late: false };
	const board = content?.board ?? (record.path.includes('/boards/') ? (open.params[0] ?? null) : null);
	Object.assign(record, { board, link: content?.link ?? null });
	if (content) Object.assign(record, { content: key, nth: call.nth });

	const pace = state.rates.arrive(state.now, { account: account.name, app: account.app.id, kind: route.kind, board });
	void exchange.closed.then(() => pace.end());
	const asked = { account, kind: route.kind, board };
	const limit = state.limits.check(asked);
	const refusal = accessRefusal(state, route, access) ?? (limit.limited ? refuse.rateLimit(limit.headers) : null);
	const fault = refusal ? null : faultFor(state, exchange, route, key, call.nth, content);
	const told = fault?.ending.kind === 'rateLimit' ? state.limits.injected(asked) : limit;
	call.late = fault !== null && isLate(state, fault, key, call.nth);

	const answer = refusal ?? (fault?.commits === 'no' ? refuse.crashed() : route.handle(state, call));
	if (call.record.committed) await exchange.linger(latencyMs(state, key, call.nth));
	exchange.finish({ ...answer, headers: { ...told.headers, ...answer.headers } }, fault);
	if (record.status !== 429) return;
	record.resetAt = told.resetAt;
	pace.limited(told.resetAt);
}

/** What the state of app, token and account refuses, in the order in which Pinterest seems to look. */
function accessRefusal(state: State, route: BearerRoute, { account, scopes }: AccessToken): Answer | null {
	if (account.app.access === 'none') return refuse.consumerType();
	if (!route.scopes.every((scope) => scopes.includes(scope))) return refuse.missingScope();
	if (route.operation === postsPin && account.app.access === 'trial') return refuse.trialApp();
	return route.kind === 'write' && state.now < account.spamUntil ? refuse.spam() : null;
}

function faultFor(state: State, exchange: Exchange, route: BearerRoute, key: string, nth: number, content: PinContent | null): AppliedFault | null {
	const scripted = state.faults.scriptedFor(subject(exchange, content));
	if (scripted) return scripted;
	if (route.kind === 'read') return state.faults.byChance('read', key, nth);
	return content ? state.faults.byChance('write', key, nth) : null;
}

function isLate(state: State, fault: AppliedFault, key: string, nth: number): boolean {
	return fault.commits === 'late' || (fault.commits === 'yes' && state.lag.commitsLate(key, nth));
}

function subject({ record, url }: Exchange, content: PinContent | null = null): FaultSubject {
	const { account, operation, method, board } = record;
	return { account, operation, method, path: url.pathname, board: content?.board ?? board, link: content?.link, title: content?.title };
}

/** Half to one and a half of the set latency, in real time. */
function latencyMs(state: State, key: string, nth: number): number {
	const { writeLatencyMs, seed } = state.settings;
	return writeLatencyMs === 0 ? 0 : writeLatencyMs * (0.5 + die(seed, 'latency', key, nth));
}
