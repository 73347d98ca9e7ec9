/** What one execution of a workflow was started by. */
export interface ToldExecution {
	id: number;
	status: string;
	/** Epoch ms; null when it never began. */
	startedAt: number | null;
	eventId: string;
	job: string;
	seq: number;
	/** Whether the workflow's last node has put it out. */
	isPutOut: boolean;
}

/** n8n has started again by then. */
const START_MS = 3 * 60_000;

export interface Judged {
	events: number;
	executions: number;
	/** Events without any execution. */
	missed: number;
	/** Executions of no event that happened. */
	unknown: number;
	/** Executions beyond the first of an event. */
	repeats: number;
	/** Executions that n8n had begun when it was killed. */
	cutOff: number;
	/** Executions of a starting n8n that its recovery took for those of the killed one: it marks them as crashed while they run. */
	mistaken: number;
	/** Events that no execution has put out. */
	withoutOutput: number;
	/** Jobs of whose events a later one was told first. */
	outOfOrder: number;
}

/** Compares what happened with the executions that a workflow has had, in any order. `kills`: when n8n was killed, epoch ms. */
export function judge(happened: readonly string[], executions: readonly ToldExecution[], kills: readonly number[]): Judged {
	const isMistaken = ({ status, startedAt }: ToldExecution) => status === 'crashed' && startedAt !== null && kills.some((at) => startedAt > at && startedAt < at + START_MS);
	const events = new Set(happened), told = new Set(executions.map(({ eventId }) => eventId));
	const putOut = new Set(executions.filter((one) => one.isPutOut || isMistaken(one)).map(({ eventId }) => eventId));
	const without = (found: Set<string>) => happened.filter((eventId) => !found.has(eventId)).length;
	return {
		events: happened.length, executions: executions.length,
		missed: without(told), withoutOutput: without(putOut),
		unknown: [...told].filter((eventId) => !events.has(eventId)).length,
		repeats: executions.length - told.size,
		cutOff: executions.filter((one) => one.status !== 'success' && !isMistaken(one)).length,
		mistaken: executions.filter(isMistaken).length,
		outOfOrder: outOfOrder(executions),
	};
}

/** n8n numbers its executions as it starts them; a repeat may come at any time, so that the first of each event counts. */
function outOfOrder(executions: readonly ToldExecution[]): number {
	const last = new Map<string, number>(), seen = new Set<string>(), broken = new Set<string>();
	for (const { eventId, job, seq } of [...executions].sort((a, b) => a.id - b.id)) {
		if (seen.has(eventId)) continue;
		seen.add(eventId);
		if (seq < (last.get(job) ?? 0)) broken.add(job);
		last.set(job, seq);
	}
	return broken.size;
}
