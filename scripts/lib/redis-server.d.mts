export interface RedisServer {
	url: string;
	port: number;
	pid: number;
	dir: string;
	/** Ends the server in order; its folder goes too, unless the caller gave it. */
	stop(): Promise<void>;
	/** SIGKILL: what was not written to disk is lost. */
	kill(): Promise<void>;
}

export interface RedisServerOptions {
	appendfsync?: 'always' | 'everysec' | 'no';
	dir?: string;
	port?: number;
	/** More arguments of redis-server, e.g. `['--maxmemory', '50mb']`. */
	args?: string[];
	/** Instead of the one on PATH. */
	program?: string;
}

export function redisProgram(): string | undefined;
export function checkAofProgram(): string | undefined;
export function startRedisServer(options?: RedisServerOptions): Promise<RedisServer>;
export function watchedProcess(program: string, args: string[]): { failure(): string | undefined; end(signal: NodeJS.Signals): Promise<void> };
