import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { n8nForThisNode } from '../../../scripts/lib/n8n.mjs';
import type { Contender, Round, Row } from '../faults/contender';
import { PeerN8n } from './n8n-process';
import { publishingWorkflow } from './n8n-workflow';
import { Stage, type Wish } from './stage';
import { fewerKills, harass } from './trouble';

const TRIES = 5;
const WAIT_MS = 5000;
/** Rows a run of the workflow: as a schedule would find them in a sheet. */
const ROWS_A_RUN = 10;
/** n8n takes 5 to 20 s to start: it is killed once, and once more for this many Pins. */
const PINS_A_KILL = 200;

/** n8n's HTTP Request node with Retry On Fail, in a real n8n; what failed or was cut off is run once more by hand. */
export const n8nRetryOnFail: Contender = { name: 'n8n HTTP Request, Retry On Fail', run };

async function run(round: Round): Promise<Row> {
	const stage = await Stage.set(round);
	const userFolder = await mkdtemp(join(tmpdir(), 'pinterest-jobs-peer-n8n-'));
	const { url, tap } = await stage.way();
	const n8n = new PeerN8n(userFolder, { tap, stage, workflow: publishingWorkflow({ url, tries: TRIES, waitMs: Math.round(WAIT_MS / round.timeFactor) }) });
	try {
		await n8n.start();
		stage.begin();
		const wishes = stage.wishes();
		const mishapsOfN8n = fewerKills(round.mishaps, 1 + Math.floor(round.plan.length / PINS_A_KILL));
		const [mishaps] = await Promise.all([harass([n8n], mishapsOfN8n, stage), ...runsOf(wishes).map((rows) => handIn(stage, n8n, rows))]);
		const { lost, retried, again } = await afterwards(stage, n8n, wishes);
		const left = await withoutPin(n8n, wishes);
		const note = `n8n ${n8nForThisNode()}, ${TRIES} tries ${WAIT_MS / 1000} s apart; ${mishaps.kill} of ${kills(round)} kills (it starts in ${seconds(n8n.startMs)}), `
			+ `${mishaps.freeze} freezes; by hand: ${retried} runs retried, ${again} rows once more`;
		return stage.row(n8nRetryOnFail.name, left.map(({ key }) => key), { lostEnqueues: lost, note });
	} finally {
		await n8n.end();
		await stage.clear();
		await rm(userFolder, { recursive: true, force: true });
	}
}

/** Hands rows in when the last of them has come in, again until n8n has taken them. */
async function handIn(stage: Stage, n8n: PeerN8n, rows: Wish[]): Promise<void> {
	await stage.until(rows.at(-1)!.dueMs);
	while (!stage.isOver && !(await n8n.take(rows))) await sleep(500);
}

/** What a user does when all is quiet: runs that were cut off are retried, rows without a Pin are run once more. */
async function afterwards(stage: Stage, n8n: PeerN8n, wishes: Wish[]): Promise<{ lost: number; retried: number; again: number }> {
	await stage.until(stage.round.troubleMs);
	await n8n.idle();
	const lost = await n8n.lost();
	const retried = stage.isOver ? 0 : await n8n.retryCutOff();
	const open = await withoutPin(n8n, wishes);
	if (!stage.isOver) for (const rows of runsOf(open)) await handIn(stage, n8n, rows);
	await n8n.idle();
	return { lost, retried, again: open.length };
}

async function withoutPin(n8n: PeerN8n, wishes: Wish[]): Promise<Wish[]> {
	const published = await n8n.published();
	return wishes.filter(({ key }) => !published.has(key));
}

function runsOf(wishes: Wish[]): Wish[][] {
	const runs = Math.ceil(wishes.length / ROWS_A_RUN);
	return Array.from({ length: runs }, (_, n) => wishes.slice(n * ROWS_A_RUN, (n + 1) * ROWS_A_RUN));
}

const kills = ({ mishaps }: Round) => mishaps.filter(({ what }) => what === 'kill').length;
const seconds = (ms: number) => `${Math.round(ms / 1000)} s`;
