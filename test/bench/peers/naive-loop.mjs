// The naive loop, as a process of its own: Pin after Pin as they become due, each tried up to `tries` times with `delayMs` in
// between, whatever the answer was. It keeps nothing; what it says on stdout is all that whoever starts it again has.
import { setTimeout as sleep } from 'node:timers/promises';
import { postPin } from './post-pin.mjs';
import { settings } from './settings.mjs';

const { pins, url, tries, delayMs, timeoutMs } = await settings();

for (const { key, dueAt, token, body } of pins) {
	await sleep(Math.max(0, dueAt - Date.now()));
	process.stdout.write(`${JSON.stringify({ key, published: await publish({ url, token, body }) })}\n`);
}

async function publish(call) {
	for (let n = 1; n <= tries; n++) {
		if (n > 1) await sleep(delayMs);
		if ((await postPin(call, timeoutMs)).kind === 'published') return true;
	}
	return false;
}
