// What each peer shows of its Pins when all is over.
import type { Intention } from '../../support/plan';

/** What a peer says itself of one Pin. A Pin it says nothing of is one that nobody knows about. */
export interface Ending {
	key: string;
	state: 'published' | 'failed';
	/** Failed, and some try of it may have made the Pin. */
	mayExist: boolean;
}

/** What the workflow of n8n wrote down for one row. */
export interface RowResult {
	key: string;
	pinId: string | null;
	error: string | null;
	/** HTTP status of the error, if there was an answer. */
	status: number | null;
}

/** What BullMQ keeps of a failed job. */
export interface FailedJob {
	failedReason?: string;
	/** The errors of its attempts. */
	stacktrace?: string[] | null;
	/** How often its worker was lost. */
	stalledCounter?: number;
}

/** Pins whose last state leaves nobody knowing whether they exist: failed in doubt, or never ended. */
export function leftToHuman(plan: Pick<Intention, 'key'>[], endings: Ending[]): number {
	const known = new Set(endings.filter(({ state, mayExist }) => state === 'published' || !mayExist).map(({ key }) => key));
	return plan.filter(({ key }) => !known.has(key)).length;
}

/** Of n8n's rows: a Pin once there is one, else the last error of the last run. */
export function endingsOfRows(results: RowResult[]): Ending[] {
	const last = new Map<string, RowResult>();
	for (const result of results) if (last.get(result.key)?.pinId == null) last.set(result.key, result);
	return [...last.values()].map(({ key, pinId, status }) => {
		return pinId === null ? { key, state: 'failed', mayExist: !refusesContent(status) } : { key, state: 'published', mayExist: false };
	});
}

/** n8n keeps the last error of its tries: only an answer that the others must have had too tells that there is no Pin. */
const refusesContent = (status: number | null) => status !== null && status >= 400 && status < 500 && ![408, 409, 429].includes(status);

/** Whether a failed job of BullMQ may have made its Pin, as far as a look at it tells. */
export function jobMayExist({ failedReason, stacktrace, stalledCounter }: FailedJob): boolean {
	if (failedReason?.startsWith('refused')) return false;
	const errors = [failedReason ?? '', ...(stacktrace ?? [])];
	return (stalledCounter ?? 0) > 0 || errors.some((error) => /unknown: |stalled/.test(error));
}
