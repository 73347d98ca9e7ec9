import { prefixOf } from './keys';

/** The commands of the engine's scripts, reads and connections. */
const OF_ENGINE = [
	'hello', 'ping', 'info', 'client|setname', 'evalsha', 'eval', 'time', 'publish', 'subscribe',
	'get', 'set', 'mget', 'del', 'exists', 'pexpire', 'strlen', 'hget', 'hmget', 'hset', 'hgetall', 'hdel', 'hincrby', 'hexists', 'hkeys', 'hvals', 'hlen',
	'zadd', 'zrem', 'zremrangebyscore', 'zcard', 'zscore', 'zrange', 'zrevrange', 'zrevrangebyscore', 'sadd', 'srem', 'smembers', 'srandmember',
	'rpush', 'lpop', 'lindex', 'lpush', 'ltrim', 'lrange', 'lpos', 'xadd', 'xlen', 'xrange', 'xrevrange', 'xtrim',
];
/** What Bottleneck 2.19.5 needs beyond them. */
const OF_PACER = ['hmset', 'hsetnx', 'hstrlen', 'rename', 'unsubscribe', 'zincrby', 'zrangebyscore'];

/** Every command a Redis user of this package has to be allowed, as `ACL SETUSER` writes it; of each that has subcommands the one. */
export const COMMANDS: readonly string[] = [...OF_ENGINE, ...OF_PACER];

/** The rule for such a user, without name and password. */
export function aclRule(namespace: string): string {
	return ['resetkeys', 'resetchannels', ...patternsOf(namespace), '-@all', ...COMMANDS.map((command) => `+${command}`)].join(' ');
}

/** Keys and channels: the engine's, and Bottleneck's. */
function patternsOf(namespace: string): string[] {
	return ['~', '&'].flatMap((kind) => [`${kind}${prefixOf(namespace)}*`, `${kind}b_{${namespace}}*`]);
}

/** One thing to ask `redis.acl_check_cmd` about, and the part of the rule that allows it. */
export interface Right {
	rule: string;
	command: string[];
}

/** All that a user has to be allowed. */
export function rightsFor(namespace: string): Right[] {
	const key = `${prefixOf(namespace)}meta`, channel = `${prefixOf(namespace)}wake`, ofPacer = `b_{${namespace}}-rights`;
	const [keys, ofPacerKeys, channels, ofPacerChannels] = patternsOf(namespace) as [string, string, string, string];
	return [
		...COMMANDS.map((command) => ({ rule: `+${command}`, command: onKey(command, key, channel) })),
		{ rule: keys, command: ['hset', key, 'field', 'value'] },
		{ rule: ofPacerKeys, command: ['hset', ofPacer, 'field', 'value'] },
		{ rule: channels, command: ['publish', channel, 'text'] },
		{ rule: ofPacerChannels, command: ['publish', ofPacer, 'text'] },
	];
}

function onKey(command: string, key: string, channel: string): string[] {
	if (command === 'eval' || command === 'evalsha') return [command, 'text', '1', key];
	if (/^(publish|subscribe|unsubscribe)$/.test(command)) return [command, channel];
	return /^(hello|ping|info|time|client.*)$/.test(command) ? command.split('|') : [command, key, key, key];
}
