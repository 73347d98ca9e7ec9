import { changedParts, imageProblem, placeProblem, type KnownBoards, type Probed, type Problem } from '../job/preflight';
import type { Job } from '../job/job';

interface Parts {
	boards(account: string): Promise<KnownBoards | null>;
	/** Asks the workers of the account to read its boards now; nobody need hear it. */
	askForBoards(account: string): Promise<void>;
	probe(url: string): Promise<Probed>;
	sleep(ms: number): Promise<void>;
}

/** How long a worker that is asked for the boards of an account is waited for. */
const WAIT_MS = 5000;
const POLL_MS = 100;

/** Looks at corrections before they are written. One run of it looks at each board and each image once. */
export class Preflight {
	private readonly seen = new Map<string, Promise<Problem | null>>();

	constructor(private readonly parts: Parts) {}

	/** What of the corrected job would fail again; empty when nothing would, or nobody can tell. */
	async problems(before: Job, after: Job): Promise<Problem[]> {
		const { place, media } = changedParts(before, after);
		const { account, content } = after;
		const found = await Promise.all([
			place ? this.once(`place|${account}|${content.boardId}|${content.sectionId ?? ''}`, () => this.place(after)) : null,
			media && content.media.kind === 'image_url' ? this.image(content.media.url) : null,
		]);
		return found.filter((problem) => problem !== null);
	}

	private image(url: string): Promise<Problem | null> {
		return this.once(`image|${url}`, async () => imageProblem(url, await this.parts.probe(url)));
	}

	/** A board that is not in the list may be younger than the list: the workers are asked for a new one. */
	private async place(job: Job): Promise<Problem | null> {
		const known = await this.parts.boards(job.account);
		if (placeProblem(job, known) === null) return null;
		await this.parts.askForBoards(job.account);
		for (let waitedMs = 0; waitedMs < WAIT_MS; waitedMs += POLL_MS) {
			const now = await this.parts.boards(job.account);
			if (now?.boardsAt !== known?.boardsAt) return placeProblem(job, now);
			await this.parts.sleep(POLL_MS);
		}
		return placeProblem(job, known);
	}

	private once(what: string, look: () => Promise<Problem | null>): Promise<Problem | null> {
		const known = this.seen.get(what) ?? look();
		this.seen.set(what, known);
		return known;
	}
}
