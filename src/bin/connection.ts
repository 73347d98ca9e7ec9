import type { EngineConfig } from '../config';
import { EngineError } from '../errors';

/** The options every command shares, for node:util's parseArgs. */
export const CONNECTION_OPTIONS = {
	redis: { type: 'string' },
	namespace: { type: 'string' },
	'time-factor': { type: 'string' },
	help: { type: 'boolean' },
} as const;

export const CONNECTION_HELP = `  --redis URL          Redis, for example rediss://user:secret@host:6379 (or REDIS_URL)
  --namespace NAME     the namespace of the Pinterest app (or PINTEREST_JOBS_NAMESPACE; default "pinterest")
  --time-factor N      divide every delay by N; only for trials (default 1)`;

type Values = { redis?: string; namespace?: string; 'time-factor'?: string };

/** The engine's configuration from options and environment; `invalid_config` when Redis is not named. */
export function connectionConfig(values: Values, env: NodeJS.ProcessEnv = process.env): EngineConfig {
	const url = values.redis ?? env.REDIS_URL;
	if (!url) throw new EngineError('invalid_config', { message: 'No Redis is named.', hint: 'Give --redis redis://127.0.0.1:6379 or set REDIS_URL.' });
	return {
		redis: { url },
		namespace: values.namespace ?? env.PINTEREST_JOBS_NAMESPACE ?? 'pinterest',
		signingSecret: env.PINTEREST_JOBS_SIGNING_SECRET,
		previousSigningSecret: env.PINTEREST_JOBS_PREVIOUS_SIGNING_SECRET,
		deliveryBaseUrl: env.PINTEREST_JOBS_DELIVERY_BASE_URL,
		timeFactor: values['time-factor'] === undefined ? 1 : Number(values['time-factor']),
	};
}

/** Who speeds time up sees it in every run; not on stdout, which may be JSON for a program. */
export function tellTimeFactor(timeFactor = 1): void {
	if (timeFactor !== 1) console.error(`Time factor ${timeFactor}: every delay is divided by it; only for trials.`);
}
