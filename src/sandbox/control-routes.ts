import type { Answer } from './answers';
import type { Control } from './control';
import { complaintAbout, type BodyName } from './control-schemas';

type Body = Record<string, unknown>;

interface ControlRoute {
	method: 'GET' | 'POST' | 'DELETE';
	pattern: RegExp;
	/** Name of the body's schema; calls without one have no body. */
	body?: BodyName;
	act(control: Control, body: never, params: string[], query: URLSearchParams): unknown;
}

const get = (pattern: RegExp, act: ControlRoute['act']): ControlRoute => ({ method: 'GET', pattern, act });
const post = (pattern: RegExp, body: BodyName, act: ControlRoute['act']): ControlRoute => ({ method: 'POST', pattern, body, act });

type First<Name extends keyof Control> = Control[Name] extends (first: infer Arg, ...rest: never[]) => unknown ? Arg : never;
type Second<Name extends keyof Control> = Control[Name] extends (first: never, second: infer Arg, ...rest: never[]) => unknown ? Arg : never;

/** Every control endpoint. Bodies were checked against their schema before `act` sees them. */
const routes: ControlRoute[] = [
	get(/^\/world$/, (control) => control.world()),
	get(/^\/ledger$/, (control, _body, _params, query) => ({ calls: control.calls(filterOf(query)), pins: control.pins(filterOf(query)) })),
	get(/^\/ledger\/calls$/, (control, _body, _params, query) => control.calls(filterOf(query))),
	get(/^\/ledger\/pins$/, (control, _body, _params, query) => control.pins(filterOf(query))),
	get(/^\/summary$/, (control) => control.summary()),
	post(/^\/summary$/, 'summary', (control, body: First<'summary'>) => control.summary(body)),
	get(/^\/faults$/, (control) => control.pendingFaults()),
	post(/^\/faults$/, 'fault', (control, body: First<'addFault'>) => control.addFault(body)),
	{ method: 'DELETE', pattern: /^\/faults$/, act: (control) => control.clearFaults() },
	post(/^\/fault-shares$/, 'shares', (control, body: First<'setFaultShares'>) => control.setFaultShares(body)),
	post(/^\/consistency$/, 'consistency', (control, body: First<'setConsistency'>) => control.setConsistency(body)),
	post(/^\/rates$/, 'rates', (control, body: First<'setRates'>) => control.setRates(body)),
	post(/^\/images$/, 'image', (control, { url, verdict, times }: { url: string; verdict: Second<'setImage'>; times?: number }) =>
		control.setImage(url, verdict, times),
	),
	get(/^\/media$/, (control) => control.uploads()),
	post(/^\/media$/, 'media', (control, body: First<'setMedia'>) => control.setMedia(body)),
	post(/^\/files$/, 'file', (control, body: First<'addFile'>) => control.addFile(body)),
	post(/^\/apps(?:\/(\d+))?$/, 'app', (control, body: First<'changeApp'>, [id]) => control.changeApp(body, id)),
	post(/^\/accounts$/, 'account', (control, body: First<'addAccount'>) => control.addAccount(body)),
	post(/^\/accounts\/([^/]+)$/, 'accountChange', (control, body: Second<'changeAccount'>, [name]) => control.changeAccount(name!, body)),
	post(/^\/tokens$/, 'token', (control, { account, ...wish }: { account: string } & Second<'issueToken'>) => control.issueToken(account, wish)),
	post(/^\/boards$/, 'board', (control, { account, ...spec }: { account: string } & Second<'addBoard'>) => control.addBoard(account, spec)),
	post(/^\/boards\/(\d+)$/, 'boardChange', (control, body: Second<'changeBoard'>, [id]) => control.changeBoard(id!, body)),
	post(/^\/boards\/(\d+)\/pins$/, 'fill', (control, { count }: { count: number }, [id]) => control.fillBoard(id!, count)),
	{ method: 'DELETE', pattern: /^\/pins\/(\d+)$/, act: (control, _body, [id]) => control.deletePin(id!) },
];

export const controlPrefix = '/_sandbox';

/** Answers a control call: 200 with what it returns, 400 with a sentence on what is wrong, 404. */
export function steer(control: Control, method: string, url: URL, body: Buffer): Answer {
	const path = url.pathname.slice(controlPrefix.length);
	const route = routes.find((candidate) => candidate.method === method && candidate.pattern.test(path));
	if (!route) return { status: 404, body: { message: `The sandbox has no control call ${method} ${url.pathname}.` } };
	try {
		const wish = route.body ? parsed(route.body, body) : {};
		const params = route.pattern.exec(path)!.slice(1).map((param) => param && decodeURIComponent(param));
		return { status: 200, body: route.act(control, wish as never, params, url.searchParams) ?? { ok: true } };
	} catch (error) {
		return { status: 400, body: { message: (error as Error).message } };
	}
}

function parsed(schema: BodyName, body: Buffer): Body {
	const value: unknown = JSON.parse(body.toString() || '{}');
	const complaint = complaintAbout(schema, value);
	if (complaint) throw new Error(complaint);
	return value as Body;
}

/** Filters come as text; the numbers among them are made numbers. */
function filterOf(query: URLSearchParams): Record<string, never> {
	const pairs = [...query].map(([name, value]) => [name, name === 'after' || name === 'limit' ? Number(value) : value]);
	return Object.fromEntries(pairs) as Record<string, never>;
}
