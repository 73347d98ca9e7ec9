import type { Contender, Round, Row } from '../faults/contender';
import { ProgramRuns } from './program';
import { Stage, type Wish } from './stage';
import { harass } from './trouble';

const TRIES = 5;
const DELAY_MS = 5000;
const TIMEOUT_MS = 30_000;

/** A loop that tries each Pin a few times and keeps no state; the list is shared out among as many of them as there are workers. */
export const naiveLoop: Contender = { name: 'naive loop', run };

async function run(round: Round): Promise<Row> {
	const stage = await Stage.set(round);
	const loops: ProgramRuns[] = [];
	try {
		stage.begin();
		for (let n = 0; n < round.workers; n++) loops.push(await loopOver(stage, stage.wishes().filter((_, i) => i % round.workers === n)));
		for (const loop of loops) loop.start();
		const mishaps = await harass(loops, round.mishaps, stage);
		await Promise.all(loops.map((loop) => loop.finished(round.deadlineMs - stage.nowMs)));
		const note = `${round.workers} processes, ${TRIES} tries ${DELAY_MS / 1000} s apart; ${mishaps.kill} kills, ${mishaps.freeze} freezes`;
		const published = new Set(loops.flatMap(({ lines }) => lines.map(saidOf)).flatMap(({ key, published }) => (published ? [key] : [])));
		const left = round.plan.map(({ key }) => key).filter((key) => !published.has(key));
		return stage.row(naiveLoop.name, left, { lostEnqueues: null, note });
	} finally {
		for (const loop of loops) await loop.end();
		await stage.clear();
	}
}

/** A loop over these; whoever starts it again gives it those that it has not reported. */
async function loopOver(stage: Stage, wishes: Wish[]): Promise<ProgramRuns> {
	const { url, tap } = await stage.way();
	const scaled = (ms: number) => ms / stage.round.timeFactor;
	const beganAt = Date.now() - stage.nowMs;
	return new ProgramRuns(tap, 'naive-loop.mjs', (said) => {
		const done = new Set(said.map((line) => saidOf(line).key));
		const pins = wishes.filter(({ key }) => !done.has(key)).map((wish) => ({ ...wish, dueAt: beganAt + wish.dueMs }));
		return { pins, url, tries: TRIES, delayMs: scaled(DELAY_MS), timeoutMs: scaled(TIMEOUT_MS) };
	});
}

const saidOf = (line: string) => JSON.parse(line) as { key: string; published: boolean };
