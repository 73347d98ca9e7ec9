import { resolved, type RedisSettings } from './connection';
import { prefixOf } from './keys';

/** The commands of the engine's scripts, reads and connections. */
const OF_ENGINE = [
	'hello', 'ping', 'info', 'client|setname', 'evalsha', 'eval', 'time', 'publish', 'subscribe',
	'get', 'set', 'mget', 'del', 'exists', 'pexpire', 'strlen', 'hget', 'hmget', 'hset', 'hgetall', 'hdel', 'hincrby', 'hexists', 'hkeys', 'hvals', 'hlen',
	'zadd', 'zrem', 'zremrangebyscore', 'zcard', 'zscore', 'zrange', 'zrevrange', 'zrevrangebyscore', 'sadd', 'srem', 'smembers', 'sismember', 'srandmember',
	'rpush', 'lpop', 'lindex', 'lpush', 'ltrim', 'lrange', 'lpos', 'xadd', 'xlen', 'xrange', 'xrevrange', 'xtrim',
];
/** What Bottleneck 2.19.5 needs beyond them. */
const OF_PACER = ['hmset', 'hsetnx', 'hstrlen', 'rename', 'unsubscribe', 'zincrby', 'zrangebyscore'];

/** What ioredis asks of a Cluster, and on its way to a database other than the first. */
const OF_CLUSTER = ['cluster|slots', 'cluster|info', 'cluster|keyslot', 'asking'];
const OF_DATABASE = ['select'];

/** Every command a Redis user of this package has to be allowed, as `ACL SETUSER` writes it; of each that has subcommands the one. */
export const COMMANDS: readonly string[] = [...OF_ENGINE, ...OF_PACER, ...OF_CLUSTER, ...OF_DATABASE];

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
	/** With its first arguments. */
	command: string[];
}

/** All that a user has to be allowed for such a connection. */
export function rightsFor(namespace: string, settings: RedisSettings): Right[] {
	const key = `${prefixOf(namespace)}meta`, channel = `${prefixOf(namespace)}wake`, ofPacer = `b_{${namespace}}-rights`;
	const { mode, db } = resolved(settings);
	const commands = [...OF_ENGINE, ...OF_PACER, ...(mode === 'cluster' ? OF_CLUSTER : []), ...(db ? OF_DATABASE : [])];
	const [keys, ofPacerKeys, channels, ofPacerChannels] = patternsOf(namespace) as [string, string, string, string];
	return [
		...commands.map((command) => ({ rule: `+${command}`, command: onKey(command, key, channel) })),
		{ rule: keys, command: ['hset', key, 'field', 'value'] },
		{ rule: ofPacerKeys, command: ['hset', ofPacer, 'field', 'value'] },
		{ rule: channels, command: ['publish', channel, 'text'] },
		{ rule: ofPacerChannels, command: ['publish', ofPacer, 'text'] },
	];
}

/** Of these parts of the rule the ones to grant: what a pattern allows cannot be told without the command that was tried on it. */
export function toGrant(refused: string[]): string[] {
	const isKnown = (rule: string) => !(rule.startsWith('~') && refused.includes('+hset')) && !(rule.startsWith('&') && refused.includes('+publish'));
	return refused.filter(isKnown);
}

function onKey(command: string, key: string, channel: string): string[] {
	if (command === 'eval' || command === 'evalsha') return [command, 'text', '1', key];
	if (/^(publish|subscribe|unsubscribe)$/.test(command)) return [command, channel];
	return /^(hello|ping|info|time|asking|select|client.*|cluster.*)$/.test(command) ? [...command.split('|'), ...(command.includes('|') ? [key] : [])] : [command, key];
}
