import { LoggerProxy } from 'n8n-workflow';

/** Runs after `firstMs` and again `everyMs` after each run ended. What it throws is logged; `stop` waits for a run under way. */
export function repeat(what: string, everyMs: number, run: () => Promise<void>, firstMs = 0): { stop(): Promise<void> } {
	let timer: NodeJS.Timeout | null = null;
	let stopped = false;
	let current = Promise.resolve();
	const tick = () => {
		current = run()
			.catch((error: Error) => LoggerProxy.warn(`Pinterest jobs: ${what} failed: ${error.message}`))
			.then(() => {
				if (!stopped) timer = setTimeout(tick, everyMs);
			});
	};
	if (firstMs > 0) timer = setTimeout(tick, firstMs);
	else tick();
	return {
		async stop() {
			stopped = true;
			if (timer) clearTimeout(timer);
			await current;
		},
	};
}
