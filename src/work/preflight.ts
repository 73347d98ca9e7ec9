import { changedParts, imageProblem, placeProblem, sizesProblem, type KnownBoards, type Probed, type Problem } from '../job/preflight';
import type { Job, Media } from '../job/job';
import { addressesOf } from '../job/media';

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
	private readonly places = new Map<string, Promise<Problem | null>>();
	private readonly probes = new Map<string, Promise<Probed>>();

	constructor(private readonly parts: Parts) {}

	/** What of the corrected job would fail again; empty when nothing would, or nobody can tell. */
	async problems(before: Job, after: Job): Promise<Problem[]> {
		const { place, media } = changedParts(before, after);
		const { account, content } = after;
		const [ofPlace, ofMedia] = await Promise.all([
			place ? once(this.places, `${account}|${content.boardId}|${content.sectionId ?? ''}`, () => this.place(after)) : null,
			media ? this.media(content.media) : [],
		]);
		return [ofPlace, ...ofMedia].filter((problem) => problem !== null);
	}

	private async media(media: Media): Promise<(Problem | null)[]> {
		const looked = await Promise.all(addressesOf(media).map(async (url) => ({ url, probed: await once(this.probes, url, () => this.parts.probe(url)) })));
		const problems = looked.map(({ url, probed }) => imageProblem(url, probed)).filter((problem) => problem !== null);
		return problems.length > 0 ? problems : [sizesProblem(looked.map(({ probed }) => probed))];
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
}

function once<T>(seen: Map<string, Promise<T>>, what: string, look: () => Promise<T>): Promise<T> {
	const known = seen.get(what) ?? look();
	seen.set(what, known);
	return known;
}
