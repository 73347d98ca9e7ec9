import { changedParts, imageProblem, sizesProblem, type Probed, type Problem } from '../job/preflight';
import type { Job, Media } from '../job/job';
import { addressesOf } from '../job/media';
import { once } from './once';
import type { PlaceCheck } from './place-check';

interface Parts {
	places: Pick<PlaceCheck, 'problem'>;
	probe(url: string): Promise<Probed>;
}

/** Looks at corrections before they are written. One run of it looks at each board and each image once. */
export class Preflight {
	private readonly probes = new Map<string, Promise<Probed>>();

	constructor(private readonly parts: Parts) {}

	/** What of the corrected job would fail again; empty when nothing would, or nobody can tell. */
	async problems(before: Job, after: Job): Promise<Problem[]> {
		const { place, media } = changedParts(before, after);
		const [ofPlace, ofMedia] = await Promise.all([place ? this.parts.places.problem(after) : null, media ? this.media(after.content.media) : []]);
		return [ofPlace, ...ofMedia].filter((problem) => problem !== null);
	}

	private async media(media: Media): Promise<(Problem | null)[]> {
		const looked = await Promise.all(addressesOf(media).map(async (url) => ({ url, probed: await once(this.probes, url, () => this.parts.probe(url)) })));
		const problems = looked.map(({ url, probed }) => imageProblem(url, probed)).filter((problem) => problem !== null);
		return problems.length > 0 ? problems : [sizesProblem(looked.map(({ probed }) => probed))];
	}
}
