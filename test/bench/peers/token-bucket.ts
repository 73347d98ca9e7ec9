import { setTimeout as sleep } from 'node:timers/promises';
import { postPin } from './post-pin.mjs';

export interface Pin {
	url: string;
	token: string;
	body: object;
}

const REFILL_MS = 1000, BURST = 50, TRIES = 20, TIMEOUT_MS = 30_000;

/** A fixed bucket for one account, as publishing services state theirs (PinBridge's docs, 2026-11: 50 at once, one a second); what was refused waits as told. */
export async function throughBucket(pins: Pin[]): Promise<void> {
	let tokens = BURST, filledAt = performance.now();
	const token = async (): Promise<void> => {
		for (;;) {
			const steps = Math.floor((performance.now() - filledAt) / REFILL_MS);
			[tokens, filledAt] = [Math.min(BURST, tokens + steps), filledAt + steps * REFILL_MS];
			if (tokens > 0) break;
			await sleep(50);
		}
		tokens -= 1;
	};
	const publish = async (pin: Pin): Promise<void> => {
		for (let n = 0; n < TRIES; n++) {
			await token();
			const { kind, waitMs } = await postPin(pin, TIMEOUT_MS);
			if (kind !== 'not created') return;
			await sleep(Math.max(1000, waitMs));
		}
	};
	await Promise.all(pins.map(publish));
}
