export function freePort(): Promise<number>;
export function waitUntil(
	isReady: () => boolean | Promise<boolean>, options: { what: string; timeoutMs?: number; gaveUp?: () => string | undefined },
): Promise<void>;
