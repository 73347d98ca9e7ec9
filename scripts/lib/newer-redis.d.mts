export function whyNoNewerRedis(): string | undefined;
export function newerRedis(server: 'redis-server' | 'valkey-server'): Promise<string>;
