import { BlockList, isIP } from 'node:net';

/**
 * Address ranges no delivery may go to, each with what it is. Union of the lists of n8n, Svix and smokescreen; names from
 * the IANA special-purpose registries (2026-11). Every range has a test.
 */
export const SPECIAL_RANGES = [
	['0.0.0.0/8', 'this network'],
	['10.0.0.0/8', 'private'],
	['100.64.0.0/10', 'carrier-grade NAT'],
	['127.0.0.0/8', 'loopback'],
	['169.254.0.0/16', 'link-local, cloud metadata'],
	['172.16.0.0/12', 'private'],
	['192.0.0.0/24', 'protocol assignments'],
	['192.0.2.0/24', 'documentation'],
	['192.88.99.0/24', '6to4 relay'],
	['192.168.0.0/16', 'private'],
	['198.18.0.0/15', 'benchmarks'],
	['198.51.100.0/24', 'documentation'],
	['203.0.113.0/24', 'documentation'],
	['224.0.0.0/4', 'multicast'],
	['240.0.0.0/4', 'reserved'],
	['255.255.255.255/32', 'broadcast'],
	['::/128', 'unspecified'],
	['::1/128', 'loopback'],
	['::/96', 'IPv4-compatible'],
	['::ffff:0:0:0/96', 'IPv4-translated'],
	['64:ff9b::/96', 'NAT64'],
	['64:ff9b:1::/48', 'local NAT64'],
	['100::/64', 'discard'],
	['2001::/32', 'Teredo'],
	['2001:db8::/32', 'documentation'],
	['2002::/16', '6to4'],
	['3fff::/20', 'documentation'],
	['5f00::/16', 'segment routing'],
	['fc00::/7', 'unique local'],
	['fe80::/10', 'link-local'],
	['fec0::/10', 'site-local'],
	['ff00::/8', 'multicast'],
] as const;

const special = new BlockList();
for (const [range] of SPECIAL_RANGES) {
	const [address = '', bits] = range.split('/');
	special.addSubnet(address, Number(bits), familyOf(address));
}

/** Whether an address is not one of the public internet; what is no address counts as special. IPv4 inside IPv6 is seen. */
export function isSpecialAddress(address: string): boolean {
	return isIP(address) === 0 || address.includes('%') || special.check(address, familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
	return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}
