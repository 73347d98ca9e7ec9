import type { ErrorClass, N8nOrigin, Phase, QueueName, JobState } from './job';

/** The job as everybody sees it: node output, events, the ops form and the command line. Field names are API. */
export interface JobView {
	id: string;
	existing: boolean;
	state: JobState;
	phase: Phase | null;
	revision: number;
	seq: number;
	account: string;
	client: string | null;
	board: { id: string; sectionId: string | null; name: string | null };
	link: string | null;
	source: string | null;
	creative: { kind: string; ref: string; sha256: string | null };
	title: string | null;
	scheduledAt: string | null;
	publishBefore: string | null;
	createdAt: string;
	nextAttemptAt: string | null;
	finishedAt: string | null;
	attempts: number;
	attemptHistory: AttemptView[];
	lastError: { class: ErrorClass; code: string; message: string; hint: string; clientMessage: string } | null;
	nextAction: string;
	fix: { operation: 'requeue' | 'resolveUnknown'; fields: string[] } | null;
	queue: { name: QueueName; owner: string | null; since: string } | null;
	incident: { id: string; kind: string; since: string; waiting: number } | null;
	warnings: string[];
	pinId: string | null;
	pinUrl: string | null;
	recovered: boolean;
	metadata: Record<string, unknown> | null;
	n8n: N8nOrigin | null;
}

export interface AttemptView {
	n: number;
	revision: number;
	startedAt: string;
	endedAt: string;
	outcome: string;
	class: ErrorClass | null;
	code: string | null;
	httpStatus: number | null;
	pinterestCode: number | null;
	requestId: string | null;
	message: string | null;
}
