import type { Media } from '../job/job';
import { addressesOf } from '../job/media';
import { lookOfImage, lookOfVideo, NOTHING_WRONG, sizesProblem, unsure, type MediaLook, type Probed, type Problem } from '../job/preflight';
import type { Failure } from '../job/outcome';

export interface Probes {
	image(url: string, signal: AbortSignal): Promise<Probed>;
	/** Why a worker could not hand the video over; null when it could. */
	video(url: string, signal: AbortSignal): Promise<Failure | null>;
}

/** What was found out about one new job: problems are proven, warnings are not. */
export interface Findings {
	problems: Problem[];
	warnings: string[];
}

export interface CheckLimits {
	/** Addresses asked at once. */
	atOnce: number;
	/** For one address, redirects and all, ms. */
	probeMs: number;
	/** For all of a call, ms: who waits for a node does not wait for minutes. */
	callMs: number;
}

const LIMITS: CheckLimits = { atOnce: 10, probeMs: 5000, callMs: 15_000 };

/** Addresses of one host without an answer, one after another. */
const SILENT_AFTER = 3;

interface Address { url: string; kind: 'image' | 'video' }
interface Found extends MediaLook { probed: Probed | null }

const OUT_OF_TIME: Found = { problem: null, probed: null, warning: 'Its media was not checked before: this run had so many addresses, or such slow ones, that the time for it was over.' };

/** Looks at what stands at the addresses of new jobs, each once, some at a time, and no longer than a call may wait. */
export async function checkMedia(medias: readonly Media[], probes: Probes, limits = LIMITS): Promise<Findings[]> {
	const found = await new MediaCheck(probes, limits).all(new Map(medias.flatMap(mediaAddresses).map((address) => [keyOf(address), address])));
	return medias.map((media) => {
		const looks = mediaAddresses(media).map((address) => found.get(keyOf(address)) ?? OUT_OF_TIME);
		const problems = looks.map(({ problem }) => problem).filter((problem) => problem !== null);
		const sizes = media.kind === 'carousel' ? sizesProblem(looks.map(({ probed }) => probed ?? { kind: 'unchecked' })) : null;
		const warnings = [...looks.map(({ warning }) => warning), sizes && `${sizes.message} ${sizes.hint}`].filter((warning) => warning !== null);
		return { problems, warnings: [...new Set(warnings)] };
	});
}

/** Whether there is anything to look at: bytes were looked at when they were handed over. */
export const hasAddress = (media: Media): boolean => mediaAddresses(media).length > 0;

class MediaCheck {
	private readonly deadline: AbortSignal;
	/** How often each host did not answer, until it does: who waited for each of its addresses would wait for nothing. */
	private readonly misses = new Map<string, number>();

	constructor(private readonly probes: Probes, private readonly limits: CheckLimits) {
		this.deadline = AbortSignal.timeout(limits.callMs);
	}

	/** What was found, as far as the time was enough. */
	async all(addresses: Map<string, Address>): Promise<Map<string, Found>> {
		const found = new Map<string, Found>();
		const queue = addresses.entries();
		const workers = Array.from({ length: Math.min(this.limits.atOnce, addresses.size) }, async () => {
			for (const [key, address] of queue) {
				if (this.deadline.aborted) return;
				found.set(key, await this.look(address));
			}
		});
		await Promise.all(workers);
		return found;
	}

	private async look(address: Address): Promise<Found> {
		const { host } = new URL(address.url);
		if ((this.misses.get(host) ?? 0) >= SILENT_AFTER) return { ...NOTHING_WRONG, probed: null, warning: unsure(address.kind, `${host} does not answer.`) };
		const { isSilent, ...found } = await this.probed(address, AbortSignal.any([this.deadline, AbortSignal.timeout(this.limits.probeMs)]));
		if (isSilent) this.misses.set(host, (this.misses.get(host) ?? 0) + 1);
		else this.misses.delete(host);
		return found;
	}

	private async probed({ url, kind }: Address, signal: AbortSignal): Promise<Found & { isSilent: boolean }> {
		if (kind === 'video') {
			const failure = await this.probes.video(url, signal);
			return { ...lookOfVideo(url, failure), probed: null, isSilent: failure !== null && failure.code === 'video_unreachable' && failure.facts.httpStatus === null };
		}
		const probed = await this.probes.image(url, signal);
		return { ...lookOfImage(url, probed), probed, isSilent: probed.kind === 'unreachable' };
	}
}

function mediaAddresses(media: Media): Address[] {
	const images = addressesOf(media).map((url): Address => ({ url, kind: 'image' }));
	return media.kind === 'video_url' ? [{ url: media.url, kind: 'video' }, ...images] : images;
}

const keyOf = ({ url, kind }: Address): string => `${kind} ${url}`;
