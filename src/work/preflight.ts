import { changedParts, imageProblem, lookOfVideo, sizesProblem, type Probed, type Problem } from '../job/preflight';
import type { Job, Media } from '../job/job';
import { addressesOf } from '../job/media';
import type { Failure } from '../job/outcome';
import { once } from './once';
import type { PlaceCheck } from './place-check';

interface Parts {
	places: Pick<PlaceCheck, 'problem'>;
	probe(url: string): Promise<Probed>;
	/** Why a worker could not hand the video over; null when it could. */
	probeVideo(url: string): Promise<Failure | null>;
}

/** Looks at corrections before they are written. One run of it looks at each board, each image and each video once. */
export class Preflight {
	private readonly probes = new Map<string, Promise<Probed>>();
	private readonly videos = new Map<string, Promise<Failure | null>>();

	constructor(private readonly parts: Parts) {}

	/** What of the corrected job would fail again; empty when nothing would, or nobody can tell. */
	async problems(before: Job, after: Job): Promise<Problem[]> {
		const { place, video, images } = changedParts(before, after), { media } = after.content;
		const [ofPlace, ofVideo, ofImages] = await Promise.all([
			place ? this.parts.places.problem(after) : null, video ? this.video(media) : null, images ? this.images(media) : [],
		]);
		return [ofPlace, ofVideo, ...ofImages].filter((problem) => problem !== null);
	}

	private async video(media: Media): Promise<Problem | null> {
		if (media.kind !== 'video_url') return null;
		return lookOfVideo(media.url, await once(this.videos, media.url, () => this.parts.probeVideo(media.url))).problem;
	}

	private async images(media: Media): Promise<(Problem | null)[]> {
		const looked = await Promise.all(addressesOf(media).map(async (url) => ({ url, probed: await once(this.probes, url, () => this.parts.probe(url)) })));
		const problems = looked.map(({ url, probed }) => imageProblem(url, probed)).filter((problem) => problem !== null);
		return problems.length > 0 ? problems : [sizesProblem(looked.map(({ probed }) => probed))];
	}
}
