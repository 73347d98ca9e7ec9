// Pinterest states none of these for its API; publishers report 100 x 100 pixels as the smallest image and 20 MB as the largest file (2026-11).

/** Shortest side of an image, pixels. */
export const LEAST_PIXELS = 100;

/** Largest image, bytes. */
export const MAX_IMAGE_BYTES = 20 * 1024 * 1024;

/** Largest video, bytes (publishers report it, 2026-11). */
export const MAX_VIDEO_BYTES = 2 * 1024 ** 3;

/** A size as people read it. */
export function megabytes(bytes: number): string {
	return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
