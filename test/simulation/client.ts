import { setTimeout as sleep } from 'node:timers/promises';
import { Engine, isEngineError, type Correction, type EngineConfig } from '../../src';
import type { Dice } from '../support/dice';
import type { Intention } from '../support/plan';

/** What became of one call for one intention. `info`: no answer came, so nobody knows. */
export interface Enqueued {
	key: string;
	at: number;
	/** When the answer was there; null when none came. */
	answeredAt: number | null;
	answer: 'created' | 'existing' | 'info' | 'refused';
	jobId: string | null;
	error: string | null;
}

const MOST_A_CALL = 8;
const AGAIN_A_CALL = 50;

/** Enqueues a campaign as a workflow does: in batches, again when the answer was lost, and now and then once more for nothing. */
export class Client {
	readonly calls: Enqueued[] = [];
	private readonly acknowledged = new Set<string>();
	private engine: Engine;

	constructor(private readonly config: EngineConfig, private readonly dice: Dice) {
		this.engine = Engine.open(config);
	}

	/** Resolves once every intention was acknowledged. */
	async enqueueAll(plan: Intention[], { overMs }: { overMs: number }): Promise<void> {
		const pauseMs = overMs / (plan.length / (MOST_A_CALL / 2));
		const waiting = [...plan];
		while (waiting.length > 0) {
			const batch = waiting.splice(0, 1 + this.dice.below(MOST_A_CALL));
			if (this.dice.hits(0.2)) batch.push(this.dice.pick(plan));
			await this.enqueue(batch);
			waiting.push(...batch.filter(({ key }) => !this.acknowledged.has(key) && !waiting.some((other) => other.key === key)));
			await sleep(this.dice.between(0, 2 * pauseMs));
		}
	}

	/** The workflow runs once more over everything, until all is acknowledged: the next run after a fault. */
	async runAgain(plan: Intention[]): Promise<void> {
		this.acknowledged.clear();
		for (let waiting = plan; waiting.length > 0; waiting = waiting.filter(({ key }) => !this.acknowledged.has(key))) {
			for (let at = 0; at < waiting.length; at += AGAIN_A_CALL) await this.enqueue(waiting.slice(at, at + AGAIN_A_CALL));
		}
	}

	/** Corrects what Pinterest refused for its content, as a person does: another board, another image. Answers how many went back. */
	async mend(plan: Intention[], boardOf: (account: string) => string): Promise<number> {
		const ids = new Map(this.calls.flatMap(({ key, jobId }) => (jobId ? [[key, jobId] as const] : [])));
		let mended = 0;
		for (const { key, fate, request } of plan) {
			if (fate === 'fine') continue;
			const correction: Correction = fate === 'foreign board' ? { boardId: boardOf(request.account) } : { media: { kind: 'image_url', url: `https://shop.example/images/mended-${key}.jpg` } };
			mended += Number(await this.requeued(ids.get(key)!, correction));
		}
		return mended;
	}

	async close(): Promise<void> {
		await this.engine.close();
	}

	private async enqueue(batch: Intention[]): Promise<void> {
		const at = Date.now();
		const dies = this.dice.hits(0.05);
		try {
			const answer = this.engine.enqueue(batch.map(({ request }) => request));
			if (dies) await this.die(answer);
			const results = await answer;
			batch.forEach(({ key }, i) => {
				const result = results[i]!;
				if (result.ok) this.acknowledged.add(key);
				const said = result.ok ? (result.job.existing ? 'existing' : 'created') : 'refused';
				this.calls.push({ key, at, answeredAt: Date.now(), answer: said, jobId: result.ok ? result.job.id : null, error: result.ok ? null : result.error.message });
			});
		} catch (error) {
			if (!isEngineError(error) || error.code !== 'redis_unavailable') throw error;
			for (const { key } of batch) this.calls.push({ key, at, answeredAt: null, answer: 'info', jobId: null, error: error.message });
		}
	}

	/** False when the job has not failed (yet), or nobody knows whether the call got through. */
	private async requeued(id: string, correction: Correction): Promise<boolean> {
		try {
			// Its images are the sandbox's alone: nothing could be loaded from there.
			await this.engine.requeue(id, correction, { by: 'somebody' }, { check: false });
			return true;
		} catch (error) {
			if (!isEngineError(error) || !['job_not_failed', 'job_in_doubt', 'redis_unavailable'].includes(error.code)) throw error;
			return false;
		}
	}

	/** n8n is killed in the middle of the call: whatever it was told is forgotten. */
	private async die(answer: Promise<unknown>): Promise<void> {
		await sleep(this.dice.between(0, 4));
		const died = this.engine;
		this.engine = Engine.open(this.config);
		await Promise.all([died.close(), answer.catch(() => undefined)]);
	}
}
