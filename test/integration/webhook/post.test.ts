import { post } from '../../../src/webhook/post';
import { UrlGuard, type Checked } from '../../../src/webhook/url-guard';
import { EventEndpoint, status } from './a-receiver';

let endpoint: EventEndpoint;
beforeEach(async () => void (endpoint = await EventEndpoint.start()));
afterEach(() => endpoint.stop());

const BODY = Buffer.from('{"type":"job.queued","data":{"id":"pj_1","seq":1}}');
const send = (url: string, guard: Parameters<typeof post>[3]['guard']) => post(url, { 'content-type': 'application/json' }, BODY, { guard, timeoutMs: 2000, now: Date.now });
const resolvingTo = (address: string) => new UrlGuard([], (_host, _options, answer) => answer(null, [{ address, family: 4 }]));

describe('a POST', () => {
	it('reaches an origin on the allow list, wherever that is', async () => {
		expect(await send(`${endpoint.origin}/hook?x=1`, new UrlGuard([endpoint.origin]))).toEqual({ kind: 'answered', status: 200, retryAfterMs: null, text: '', receipt: null });
		expect(endpoint.calls).toHaveLength(1);
	});

	it('never reaches a name that leads to a special address', async () => {
		const answer = await send('https://hooks.example.com/', resolvingTo('127.0.0.1'));
		expect(answer).toEqual({ kind: 'unreachable', message: expect.stringContaining('127.0.0.1 is not an address of the public internet') as string });
	});

	it('writes nothing to a socket whose peer is a special address, whatever the lookup said', async () => {
		const real = new UrlGuard();
		const url = new URL(endpoint.origin.replace('127.0.0.1', 'hooks.example.com'));
		const fooled = {
			check: (): Checked => ({ ok: true, url, trusted: false }),
			lookup: ((_host, options, answer) => (options.all ? answer(null, [{ address: '127.0.0.1', family: 4 }]) : answer(null, '127.0.0.1', 4))) as UrlGuard['lookup'],
			admits: (address: string | undefined) => real.admits(address),
		};
		expect(await send(url.href, fooled)).toEqual({ kind: 'unreachable', message: expect.stringContaining('Connected to 127.0.0.1') as string });
		expect([endpoint.connections, endpoint.calls.length]).toEqual([1, 0]);
	});

	it('goes straight to its target, whatever proxy the environment names', async () => {
		const before = { ...process.env };
		Object.assign(process.env, { HTTP_PROXY: 'http://127.0.0.1:1', http_proxy: 'http://127.0.0.1:1', NODE_USE_ENV_PROXY: '1' });
		try {
			expect(await send(endpoint.origin, new UrlGuard([endpoint.origin]))).toMatchObject({ status: 200 });
		} finally {
			process.env = before;
		}
	});

	it('says why nobody was reached', async () => {
		const { origin } = endpoint;
		await endpoint.stop();
		expect(await send(origin, new UrlGuard([origin]))).toEqual({ kind: 'unreachable', message: expect.stringContaining('ECONNREFUSED') as string });
		endpoint = await EventEndpoint.start();
	});

	it('reads how long it shall wait', async () => {
		endpoint.answer = status(429, 'slow down', { 'retry-after': '120' });
		expect(await send(endpoint.origin, new UrlGuard([endpoint.origin]))).toEqual({ kind: 'answered', status: 429, retryAfterMs: 120_000, text: 'slow down', receipt: null });
	});
});
