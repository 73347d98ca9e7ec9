import { quantile } from '../figure';
import { Bout } from './bout';
import type { Pulse } from './child';
import type { ContenderName } from './contender';
import { BOARDS, FIRST } from './lifecycle';
import type { Part } from './part';
import { withRedis } from './rig';
import { bounded } from './spread';

interface Idle {
	pulses: Record<ContenderName, Pulse[][]>;
	/** The engine's once more, on a Redis that writes an append-only file which is synced every second. */
	onDisk: Pulse[];
}

const EVERY_MS = 20;

/** A job is put in while nothing else is to do: how soon does it start? */
export const idle: Part<Idle> = {
	name: 'idle', title: 'From enqueuing to the start, with nothing else to do',

	async measure({ short, seed }) {
		const { count, rounds, accounts } = short ? { count: 50, rounds: 1, accounts: 50 } : { count: 300, rounds: 3, accounts: 500 };
		const pulsesOf = (contender: ContenderName, appendonly: boolean, pulses: number) => withRedis({ appendonly }, (redis, redisUrl) =>
			Bout.with(redis, { contender, redisUrl, accounts, boards: BOARDS, concurrency: FIRST[contender].concurrency }, async (bout) =>
				bout.worker.ask('pulses', { from: bout.taken(pulses), count: pulses, everyMs: EVERY_MS, seed }), { warmUp: appendonly ? 0 : undefined }));
		const pulses: Idle['pulses'] = { bullmq: [], engine: [] };
		for (let round = 0; round < rounds; round++) for (const name of ['bullmq', 'engine'] as const) pulses[name].push(await pulsesOf(name, false, count));
		return { pulses, onDisk: await pulsesOf('engine', true, short ? 1 : 30) };
	},

	figures: ({ pulses: { engine } }) => [
		bounded('enqueue to start on an idle engine, p50', '≤', 3, engine.map((round) => late(round, 'begunMs', 0.5)), { unit: ' ms', digits: 1 }),
		bounded('enqueue to start on an idle engine, p99', '≤', 10, engine.map((round) => late(round, 'begunMs', 0.99)), { unit: ' ms', digits: 1 }),
	],

	table: ({ pulses: { bullmq, engine }, onDisk }) => {
		const row = (who: string, rounds: Pulse[][], what: keyof Pulse) => {
			const all = rounds.flat();
			return `| ${who} | ${[0.5, 0.99, 1].map((share) => late(all, what, share).toFixed(1)).join(' | ')} |`;
		};
		return [
			`${engine.flat().length} jobs each, one every ${EVERY_MS} ms or so, put in by the process that works; ms from the call on. A job starts when it was claimed and is handed to the publisher or the processor.\n`,
			'| | p50 | p99 | longest |', '| --- | --: | --: | --: |',
			row('BullMQ, start', bullmq, 'begunMs'), row('engine, start', engine, 'begunMs'),
			row('engine, it has its permit and would send', engine, 'sentMs'),
			row('engine, start, with `appendfsync everysec`: once the job is on disk', [onDisk], 'begunMs'),
		].join('\n');
	},
};

function late(pulses: Pulse[], what: keyof Pulse, share: number): number {
	return quantile(pulses.map((pulse) => pulse[what]).sort((a, b) => a - b), share);
}
