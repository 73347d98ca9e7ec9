import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { join } from 'node:path';
import type { Enqueued } from '../../simulation/client';
import type { History } from '../../support/history';
import type { Intention } from '../../support/plan';
import type { ScriptRecord } from '../../support/script-log';
import type { ClockStep } from './clock';
import type { CutRecord } from './redis-host';

/** What a shard was and how it went, beside its history. */
export interface ShardFacts {
	name: string;
	seed: number;
	timeFactor: number;
	seconds: number;
	/** Signals by aim, and what else was done to the workers. */
	mishaps: Record<string, number>;
	lostReplies: number;
	spoiledAnswers: number;
	pinterestFaults: Record<string, number>;
	calls: number;
	exits: (number | string)[];
	longestStallMs: number;
}

/** Everything that was written down in a shard, as lists of lines. */
export interface Recording {
	shard: [ShardFacts];
	plan: Pick<Intention, 'key' | 'group' | 'fate'>[];
	calls: Enqueued[];
	posts: History['posts'];
	limited: NonNullable<History['limited']>;
	pins: History['pins'];
	permits: History['permits'];
	operations: ScriptRecord['operations'];
	leases: ScriptRecord['leases'];
	stale: ScriptRecord['stale'];
	/** The last one is the dump of Redis at the end. */
	snapshots: History['snapshots'];
	rates: [History['rates']];
	secrets: string[];
	logs: string[];
	cuts: CutRecord[];
	clock: ClockStep[];
}

const PARTS: (keyof Recording)[] = [
	'shard', 'plan', 'calls', 'posts', 'limited', 'pins', 'permits', 'operations', 'leases', 'stale', 'snapshots', 'rates', 'secrets', 'logs', 'cuts', 'clock',
];

const fileIn = (folder: string): string => join(folder, 'history.jsonl.gz');

/** Writes one line a thing that happened: `{ "part": "permits", "item": { … } }`. */
export async function writeRecording(folder: string, recording: Recording): Promise<void> {
	const lines = function* () {
		for (const part of PARTS) for (const item of recording[part]) yield `${JSON.stringify({ part, item })}\n`;
	};
	await pipeline(Readable.from(lines()), createGzip(), createWriteStream(fileIn(folder)));
}

export async function readRecording(folder: string): Promise<Recording> {
	const recording = Object.fromEntries(PARTS.map((part) => [part, [] as unknown[]]));
	for await (const line of createInterface(createReadStream(fileIn(folder)).pipe(createGunzip()))) {
		const { part, item } = JSON.parse(line) as { part: string; item: unknown };
		recording[part]!.push(item);
	}
	return recording as unknown as Recording;
}
