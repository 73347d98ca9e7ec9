// The naive loop, as a process of its own: Pin after Pin as they become due, each tried up to `tries` times with `delayMs` in
// between, whatever the answer was. It keeps nothing; what it says on stdout is all that whoever starts it again has.
import { setTimeout as sleep } from 'node:timers/promises';
import { postPin } from './post-pin.mjs';
import { settings } from './settings.mjs';

const { pins, url, tries, delayMs, timeoutMs } = await settings();

for (const { key, dueAt, token, body } of pins) {
	await sleep(Math.max(0, dueAt - Date.now()));
	say({ key, ...(await publish({ url, token, body })) });
}

async function publish(call) {
	let mayExist = false;
	for (let n = 1; n <= tries; n++) {
		if (n > 1) await sleep(delayMs);
		const { kind } = await postPin(call, timeoutMs);
		if (kind === 'published') return { state: 'published', mayExist: false };
		// Content that is refused was refused before.
		mayExist = kind === 'refused' ? false : mayExist || kind === 'unknown';
	}
	return { state: 'failed', mayExist };
}

function say(line) {
	process.stdout.write(`${JSON.stringify(line)}\n`);
}
