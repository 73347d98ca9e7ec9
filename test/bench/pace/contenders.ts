import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PeerN8n } from '../peers/n8n-process';
import { publishingWorkflow } from '../peers/n8n-workflow';
import { throughBucket } from '../peers/token-bucket';
import { SendTap } from '../peers/trouble';
import type { PaceRig } from './rig';

/** A token bucket of a fixed size for each account. */
export async function tokenBucket(rig: PaceRig, { pinsEach }: { pinsEach: number }): Promise<number> {
	const pins = pinsOf(rig, pinsEach), dueAt = rig.nextMinute();
	await sleep(dueAt - Date.now());
	await Promise.all([...pins.values()].map((each) => throughBucket(each.map(({ token, body }) => ({ url: `${rig.sandbox.url}`, token, body })))));
	return dueAt;
}

/** n8n's HTTP Request node with Retry On Fail, as often and as slowly as n8n lets it be set; a run for each account, all at once. */
export async function n8nRetryOnFail(rig: PaceRig, { pinsEach, until }: { pinsEach: number; until: number }): Promise<number> {
	const userFolder = await mkdtemp(join(tmpdir(), 'pinterest-jobs-pace-n8n-'));
	let overAt = Infinity;
	const stage = { get isOver() { return Date.now() > overAt; }, meanwhile: <T>(work: () => Promise<T>) => work() };
	const n8n = new PeerN8n(userFolder, { tap: new SendTap(), stage, workflow: publishingWorkflow({ url: rig.sandbox.url, tries: 5, waitMs: 5000 }) });
	try {
		await n8n.start();
		const dueAt = rig.nextMinute();
		await sleep(dueAt - Date.now());
		overAt = dueAt + until;
		await Promise.all([...pinsOf(rig, pinsEach).values()].map((rows) => n8n.take(rows)));
		await n8n.idle();
		return dueAt;
	} finally {
		await n8n.end();
		await rm(userFolder, { recursive: true, force: true });
	}
}

/** The Pins of each account, as a program without the engine sends them. */
function pinsOf(rig: PaceRig, each: number): Map<string, { key: string; token: string; body: object }[]> {
	return new Map(rig.accounts.map(({ name, token, boards }) => [name, Array.from({ length: each }, (_, n) => {
		const { source, title, link, boardId } = rig.request(name, boards[n % boards.length]!, Date.now());
		return { key: source!, token, body: { board_id: boardId, title, link, media_source: { source_type: 'image_url', url: `https://shop.example/images/${source}.jpg` } } };
	})]));
}
