import type { Job, LeasedJob, PinContent } from '../../../src/job/job';
import { policyOf } from '../../../src/job/policy';
import type { Looked, PinOwners, Publisher, TokenSource } from '../../../src/publish/contract';
import { createPublisher, type PublisherOptions } from '../../../src/publish/publisher';
import { Sandbox, type SandboxOptions } from '../../../src/sandbox';

/** A Pinterest with the account `acme`, a publisher, and what it is handed. */
export interface World {
	sandbox: Sandbox;
	publisher: Publisher;
	boardId: string;
	sectionId: string;
	token: TestTokens;
	/** A job for the account's first board. */
	job(content?: Partial<PinContent>, more?: Partial<LeasedJob>): LeasedJob;
	publish(job: LeasedJob, tools?: Partial<Parameters<Publisher['publish']>[1]>): ReturnType<Publisher['publish']>;
	look(jobs: Job[], owners?: PinOwners): Promise<Looked['outcomes']>;
	/** Operations that Pinterest was asked for, in order. */
	operations(): string[];
	pinCount(): number;
	stop(): Promise<void>;
}

export async function aWorld(options: SandboxOptions = {}, more: Partial<PublisherOptions> = {}): Promise<World> {
	const sandbox = await Sandbox.start({ seed: 7, ...options });
	const { boards } = sandbox.control.account('acme');
	const boardId = boards[0]!.id, sectionId = boards[0]!.sections[0]!.id;
	const publisher = createPublisher({ policy: policyOf(40), now: Date.now, monotonic: () => performance.now(), ...more });
	const token = new TestTokens(sandbox);
	let count = 0;
	const nobody: PinOwners = () => Promise.resolve(new Map());
	return {
		sandbox, publisher, boardId, sectionId, token,
		job: (content, fields) => aJob({ boardId, ...content }, { id: idOf(++count), ...fields }),
		publish: (job, tools) => publisher.publish(job, { token, permit: permitAll, media: () => Promise.resolve(null), ...tools }),
		look: async (jobs, owners = nobody) => (await publisher.look(jobs, { token, owners })).outcomes,
		operations: () => sandbox.control.calls().items.map((call) => call.operation),
		pinCount: () => sandbox.control.pins().items.length,
		stop: () => sandbox.stop(),
	};
}

/** A credential that renews itself like n8n's: a new token, the old one forgotten. */
export class TestTokens implements TokenSource {
	value: string;
	renewals = 0;
	/** Throws instead, when set. */
	refusal: Error | null = null;

	constructor(private readonly sandbox: Sandbox) {
		this.value = sandbox.control.account('acme').accessToken ?? '';
	}

	current(): Promise<{ value: string; baseUrl: string }> {
		return Promise.resolve({ value: this.value, baseUrl: this.sandbox.url });
	}

	refresh(): Promise<{ value: string; baseUrl: string }> {
		this.renewals += 1;
		if (this.refusal) return Promise.reject(this.refusal);
		this.value = this.sandbox.control.issueToken('acme').accessToken;
		return this.current();
	}
}

export const permitAll = (budgetMs: number): Promise<{ sendBy: number; budgetMs: number }> =>
	Promise.resolve({ sendBy: Date.now() + budgetMs, budgetMs });

const idOf = (n: number): string => `pj_${String(n).padStart(4, '0').replace(/\d/g, (digit) => 'abcdefghij'[Number(digit)]!)}${'k'.repeat(22)}`;

function aJob(content: Partial<PinContent> & { boardId: string }, more: Partial<LeasedJob>): LeasedJob {
	const createdAt = Date.now();
	return {
		id: idOf(0), account: 'acme', client: null, source: null, userKey: null, assetId: null,
		content: {
			sectionId: null, boardName: null, link: 'https://shop.example/dress', title: 'A dress', description: 'Blue', altText: null,
			dominantColor: null, media: { kind: 'image_url', url: 'https://img.example/dress.jpg' }, ...content,
		},
		marker: false, scheduledAt: null, publishBefore: null, whenLate: null, createdAt, metadata: null, n8n: null, warnings: [],
		state: 'running', phase: null, revision: 1, seq: 2, dueAt: null, finishedAt: null, attempts: 1, waitsForLink: false, startedAt: createdAt,
		attemptHistory: [], historyCut: 0, used: { classes: {}, codes: {}, afterAbsence: 0 },
		inDoubt: { notBefore: createdAt - 120_000, sendBy: createdAt, step: 0, absentScans: 0 }, looks: [], looksCut: 0,
		lastError: null, queue: null, handling: [], handlingCut: 0, edits: 0, groupKey: null, pinId: null, pinUrl: null, recovered: false, mayExist: false, lostLeases: 0, requeues: 0,
		lookedAt: null, upload: null, bytesAfter: null, revisions: [], lease: { fence: '1:a', until: createdAt + 60_000, sendBy: null }, ...more,
	};
}
