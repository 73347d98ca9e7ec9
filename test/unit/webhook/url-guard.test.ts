import type { LookupAddress } from 'node:dns';
import { isSpecialAddress, SPECIAL_RANGES } from '../../../src/webhook/special-addresses';
import { UrlGuard } from '../../../src/webhook/url-guard';

// One address inside each range of the list, at its far end where that says more than the beginning.
const INSIDE: Record<(typeof SPECIAL_RANGES)[number][0], string[]> = {
	'0.0.0.0/8': ['0.0.0.0', '0.255.255.255'],
	'10.0.0.0/8': ['10.0.0.1', '10.255.255.255'],
	'100.64.0.0/10': ['100.64.0.1', '100.127.255.255'],
	'127.0.0.0/8': ['127.0.0.1', '127.255.255.254'],
	'169.254.0.0/16': ['169.254.169.254'],
	'172.16.0.0/12': ['172.16.0.1', '172.31.255.255'],
	'192.0.0.0/24': ['192.0.0.8'],
	'192.0.2.0/24': ['192.0.2.1'],
	'192.88.99.0/24': ['192.88.99.1'],
	'192.168.0.0/16': ['192.168.0.1', '192.168.255.255'],
	'198.18.0.0/15': ['198.18.0.1', '198.19.255.255'],
	'198.51.100.0/24': ['198.51.100.1'],
	'203.0.113.0/24': ['203.0.113.1'],
	'224.0.0.0/4': ['224.0.0.1', '239.255.255.255'],
	'240.0.0.0/4': ['240.0.0.1'],
	'255.255.255.255/32': ['255.255.255.255'],
	'::/128': ['::'],
	'::1/128': ['::1'],
	'::/96': ['::7f00:1', '::127.0.0.1'],
	'::ffff:0:0:0/96': ['::ffff:0:127.0.0.1'],
	'64:ff9b::/96': ['64:ff9b::7f00:1'],
	'64:ff9b:1::/48': ['64:ff9b:1::1'],
	'100::/64': ['100::1'],
	'2001::/32': ['2001::1', '2001:0:ffff::1'],
	'2001:db8::/32': ['2001:db8::1'],
	'2002::/16': ['2002:7f00:1::1'],
	'3fff::/20': ['3fff:0fff::1'],
	'5f00::/16': ['5f00::1'],
	'fc00::/7': ['fc00::1', 'fdff::1'],
	'fe80::/10': ['fe80::1', 'febf::1'],
	'fec0::/10': ['fec0::1'],
	'ff00::/8': ['ff02::1'],
};

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

const guard = new UrlGuard(['http://n8n.internal:5678', 'http://127.0.0.1:9000/ignored/path']);

describe('a URL for deliveries', () => {
	it.each([
		'https://hooks.example.com/a?b=c', 'https://hooks.example.com:8443/', 'https://1.1.1.1/', 'https://[2606:4700::1111]/',
		'http://n8n.internal:5678/webhook/x', 'http://127.0.0.1:9000/webhook/x',
	])('may be %s', (url) => {
		expect(guard.check(url)).toMatchObject({ ok: true });
	});

	it.each([
		['not a URL', 'nonsense'],
		['http to the internet', 'http://hooks.example.com/'],
		['another scheme', 'ftp://hooks.example.com/'],
		['a file', 'file:///etc/passwd'],
		['a user', 'https://user@hooks.example.com/'],
		['a password', 'https://:secret@hooks.example.com/'],
		['a user at the own n8n', 'http://user@n8n.internal:5678/'],
		['the port of ssh', 'https://hooks.example.com:22/'],
		['the port of Redis', 'https://hooks.example.com:6379/'],
		['the own n8n at another port', 'http://n8n.internal:6379/'],
		['the own n8n as the user part of another host', 'https://n8n.internal:5678@evil.example/'],
		['loopback', 'https://127.0.0.1/'],
		['loopback in short', 'https://127.1/'],
		['loopback as one number', 'https://2130706433/'],
		['loopback in hexadecimal', 'https://0x7f.1/'],
		['loopback in octal', 'https://0177.0.0.1/'],
		['loopback in circled digits', 'https://①②⑦.0.0.1/'],
		['loopback of IPv6', 'https://[::1]/'],
		['loopback inside IPv6', 'https://[::ffff:127.0.0.1]/'],
		['cloud metadata', 'https://169.254.169.254/latest/meta-data'],
	])('may not be %s: %s', (_name, url) => {
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
