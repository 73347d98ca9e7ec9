import { setTimeout as sleep } from 'node:timers/promises';
import type { Sandbox } from '../../../src/sandbox';
import { FaultProxy } from '../../support/fault-proxy';
import type { Intention } from '../../support/plan';
import type { Round, Row } from '../faults/contender';
import { quiet, startSandbox, verdictOf } from '../faults/round';
import type { PinCall } from './post-pin.mjs';
import { SendTap } from './trouble';

/** One intention as the peers are given it: when it comes in, ms after the round began, and the call it stands for. */
export interface Wish extends Pick<PinCall, 'token' | 'body'> {
	key: string;
	account: string;
	dueMs: number;
}

/** What each peer plays on: a sandbox of its own whose faults end with the trouble, ways to it that can be watched, and a clock. */
export class Stage {
	private readonly proxies: FaultProxy[] = [];
	private beganAt = 0;
	private heldMs = 0;
	private heldSince: number | null = null;
	private cleared = false;

	private constructor(readonly round: Round, readonly sandbox: Sandbox) {}

	static async set(round: Round): Promise<Stage> {
		return new Stage(round, await startSandbox(round));
	}

	/** The round begins now. */
	begin(): void {
		this.beganAt = performance.now();
		void this.until(this.round.troubleMs).then(() => quiet(this.sandbox));
	}

	/** What the clock of the round shows. */
	get nowMs(): number {
		return (this.heldSince ?? performance.now()) - this.beganAt - this.heldMs;
	}

	get isOver(): boolean {
		return this.cleared || this.nowMs > this.round.deadlineMs;
	}

	/** The clock stands while this is done: for a start that takes most of a round. */
	async meanwhile<T>(work: () => Promise<T>): Promise<T> {
		const since = (this.heldSince = performance.now());
		try {
			return await work();
		} finally {
			this.heldMs += performance.now() - since;
			this.heldSince = null;
		}
	}

	/** Resolves when the clock shows this, or when the stage is cleared. */
	async until(ms: number): Promise<void> {
		while (this.nowMs < ms && !this.cleared) await sleep(this.heldSince === null ? Math.min(ms - this.nowMs, 100) : 20);
	}

	/** A way to Pinterest of one process's own. */
	async way(): Promise<{ url: string; tap: SendTap }> {
		const tap = new SendTap();
		const proxy = await FaultProxy.to(this.sandbox.port, tap);
		this.proxies.push(proxy);
		return { url: `http://127.0.0.1:${proxy.port}/v5`, tap };
	}

	/** The plan in its order, evenly over most of the time of trouble: the last ones are to meet some of it too. */
	wishes(): Wish[] {
		const { plan, troubleMs } = this.round;
		return plan.map(({ key, request }, n) => {
			const { accessToken } = this.sandbox.control.account(request.account);
			return { key, account: request.account, token: accessToken!, body: pinBody(request), dueMs: (n / plan.length) * troubleMs * 0.8 };
		});
	}

	/**
	 * The line of the table. `left` are the keys that the peer itself shows as failed or not ended: somebody has to look whether
	 * their Pins exist. As for the engine, what Pinterest refuses for good is not among them.
	 */
	row(contender: string, left: string[], { lostEnqueues, note }: Pick<Row, 'lostEnqueues' | 'note'>): Row {
		const fit = new Set(this.round.plan.filter(({ fate }) => fate === 'fine').map(({ key }) => key));
		const toHuman = left.filter((key) => fit.has(key));
		const seconds = Math.round((performance.now() - this.beganAt) / 100) / 10;
		return { contender, ...verdictOf(this.sandbox, this.round, toHuman), lostEnqueues, toHuman: toHuman.length, seconds, note };
	}

	async clear(): Promise<void> {
		this.cleared = true;
		for (const proxy of this.proxies) await proxy.close();
		await this.sandbox.stop();
	}
}

/** The body of POST /v5/pins (Pinterest API 5.23 description, 2026-11). */
function pinBody({ boardId, sectionId, title, description, link, media }: Intention['request']): object {
	if (media.kind !== 'image_url') throw new Error('The plan of the bench has images by their addresses only.');
	const body = { board_id: boardId, board_section_id: sectionId, title, description, link, media_source: { source_type: 'image_url', url: media.url } };
	return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null && value !== undefined));
}
