import { MAX_VIDEO_BYTES } from '../job/media-limits';
import type { Failure } from '../job/outcome';
import type { AddressGuard } from './guarded-get';
import { openSource } from './source';

const TIMEOUT_MS = 5000;

/**
 * Why a worker could not load the video at an address; null when it could. Asked as a worker asks, by GET, since an address that is signed for
 * one method refuses another; closed at the first bytes. Never rejects; `signal` ends it as `video_unreachable`.
 */
export async function probeVideo(address: string, guard: AddressGuard, signal: AbortSignal): Promise<Failure | null> {
	const opened = await openSource(address, guard, signal, { headMs: TIMEOUT_MS, idleMs: TIMEOUT_MS, maxBytes: MAX_VIDEO_BYTES });
	if (!opened.ok) return opened.failure;
	opened.source.close();
	return null;
}
