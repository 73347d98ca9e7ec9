/** A PostgreSQL of our own on 127.0.0.1; `env` tells n8n to use it. */
export function startPostgres(): Promise<{ env: Record<string, string>; stop(): Promise<void> }>;
