import type { LookupAddress } from 'node:dns';
import { isSpecialAddress, SPECIAL_RANGES } from '../../../src/webhook/special-addresses';
import { UrlGuard } from '../../../src/webhook/url-guard';
import { FORBIDDEN, INSIDE, OWN_N8N } from '../../support/forbidden-addresses';

const PUBLIC = ['1.1.1.1', '8.8.8.8', '100.63.255.255', '100.128.0.1', '172.15.255.255', '172.32.0.1', '192.0.1.1', '198.20.0.1', '223.255.255.255',
	'2606:4700::1111', '2001:4860:4860::8888', '2a00:1450::1'];

describe('special addresses', () => {
	it.each(SPECIAL_RANGES.map(([range, name]) => [range, name]))('contain %s (%s)', (range) => {
		for (const address of INSIDE[range]) expect([address, isSpecialAddress(address)]).toEqual([address, true]);
	});

	it.each(['127.0.0.1', '10.0.0.1', '169.254.169.254', '192.168.1.1'])('contain %s when it is written inside IPv6', (address) => {
		expect(isSpecialAddress(`::ffff:${address}`)).toBe(true);
	});

	it.each(['', 'localhost', '1.2.3', 'fe80::1%eth0', '2606:4700::1111%eth0'])('contain what is no address: "%s"', (text) => {
		expect(isSpecialAddress(text)).toBe(true);
	});

	it.each(PUBLIC)('do not contain %s', (address) => {
		expect(isSpecialAddress(address)).toBe(false);
	});
});

const guard = new UrlGuard([OWN_N8N, 'http://127.0.0.1:9000/ignored/path']);

describe('a URL for deliveries', () => {
	it.each([
		'https://hooks.example.com/a?b=c', 'https://hooks.example.com:8443/', 'https://1.1.1.1/', 'https://[2606:4700::1111]/',
		'http://n8n.internal:5678/webhook/x', 'http://127.0.0.1:9000/webhook/x',
	])('may be %s', (url) => {
		expect(guard.check(url)).toMatchObject({ ok: true });
	});

	it.each(FORBIDDEN)('may not be %s: %s', (_name, url) => {
		expect(guard.check(url)).toEqual({ ok: false, reason: expect.any(String) as string });
	});
});

describe('the lookup of a name', () => {
	const resolving = (...addresses: string[]) => new UrlGuard([], (_host, _options, answer) =>
		answer(null, addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 }))));
	const lookUp = (asked: UrlGuard, all: boolean) => new Promise((resolve) =>
		asked.lookup('hooks.example.com', { all }, (error, address) => resolve(error ? error.code : address)));

	it('answers the addresses that were looked at', async () => {
		expect(await lookUp(resolving('1.1.1.1', '8.8.8.8'), false)).toBe('1.1.1.1');
		expect(await lookUp(resolving('1.1.1.1', '2606:4700::1111'), true)).toEqual([{ address: '1.1.1.1', family: 4 }, { address: '2606:4700::1111', family: 6 }]);
	});

	it.each([[['127.0.0.1']], [['1.1.1.1', '10.0.0.1']], [['1.1.1.1', '::1']]])('fails when one of the addresses is special: %j', async (addresses) => {
		for (const all of [true, false]) expect(await lookUp(resolving(...addresses), all)).toBe('EADDRREFUSED');
	});

	it('fails when there is no address, and passes on why the name is not known', async () => {
		expect(await lookUp(resolving(), true)).toBe('EADDRREFUSED');
		const unknown = new UrlGuard([], (_host, _options, answer) => answer(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), []));
		expect(await lookUp(unknown, true)).toBe('ENOTFOUND');
	});
});

it('tells nothing to a peer with a special address', () => {
	expect([guard.admits('1.1.1.1'), guard.admits('10.0.0.1'), guard.admits('::ffff:10.0.0.1'), guard.admits(undefined)]).toEqual([true, false, false, false]);
});
