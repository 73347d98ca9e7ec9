import { EngineError } from '../errors';
import { assertNever } from './assert-never';
import type { FailureCode } from './failures';
import type { Job, Media, PinContent } from './job';
import { addressesOf } from './media';
import { LEAST_PIXELS, MAX_IMAGE_BYTES, megabytes } from './media-limits';
import type { Failure } from './outcome';
import type { PublishRequest } from './request';

/** What of a Pin would fail, before anything runs. */
export interface Problem {
	field: keyof PublishRequest;
	message: string;
	hint: string;
}

/** What a worker reported of an account; `boardsAt` is null until its boards were read. */
export interface KnownBoards {
	boards: readonly { id: string; name: string; sections: readonly { id: string; name: string }[] }[];
	boardsAt: number | null;
}

/** What an address gave when it was asked for an image. */
export type Probed =
	| { kind: 'image'; contentType: string; bytes: number | null; width: number | null; height: number | null }
	| { kind: 'refused'; status: number }
	| { kind: 'no_image'; contentType: string | null }
	| { kind: 'forbidden'; message: string }
	| { kind: 'unreachable'; message: string }
	/** Nobody here can tell, since everything goes through a proxy. */
	| { kind: 'unchecked' };

/** What a correction changed and what therefore has to be looked at. What stayed is not judged: it may have been mended at Pinterest. */
export function changedParts(before: Job, after: Job): { place: boolean; video: boolean; images: boolean } {
	const is = before.content, will = after.content, known = addressesOf(is.media), video = videoOf(will.media);
	return {
		place: before.account !== after.account || is.boardId !== will.boardId || is.sectionId !== will.sectionId,
		// That of a video whose cover alone is another one may have expired, since Pinterest has the video.
		video: video !== null && video !== videoOf(is.media),
		images: addressesOf(will.media).some((url) => !known.includes(url)),
	};
}

const videoOf = (media: Media): string | null => (media.kind === 'video_url' ? media.url : null);

type Place = { account: string; content: Pick<PinContent, 'boardId' | 'sectionId'> };

/** Whether the board is one of the account's, and the section one of the board's; null when it is, or nobody can tell. `owners` have the board instead. */
export function placeProblem({ account, content }: Place, known: KnownBoards | null, owners: readonly string[] = []): Problem | null {
	if (!known || known.boardsAt === null) return null;
	const board = known.boards.find(({ id }) => id === content.boardId);
	const asOf = `as of ${new Date(known.boardsAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
	if (!board) {
		const elsewhere = owners.length > 0 ? ` It is a board of ${owners.join(' and of ')}.` : '';
		return { field: 'boardId', message: `Board ${content.boardId} is none of the ${known.boards.length} boards of ${account} (${asOf}).${elsewhere}`, hint: boardHint(account, known, owners) };
	}
	// Sections are listed for the first boards only: none known says nothing.
	if (content.sectionId === null || board.sections.length === 0 || board.sections.some(({ id }) => id === content.sectionId)) return null;
	return {
		field: 'sectionId', message: `Section ${content.sectionId} is none of the sections of board “${board.name}” (${asOf}).`,
		hint: `Choose one of these: ${listed(board.sections)}; or none.`,
	};
}

const TYPES = ['image/jpeg', 'image/jpg', 'image/png', 'image/gif', 'image/webp'];

/** Whether Pinterest could fetch an image from there and take it; null when it could, or nobody can tell. */
export function imageProblem(url: string, probed: Probed): Problem | null {
	const problem = (message: string, hint: string): Problem => ({ field: 'media', message, hint });
	switch (probed.kind) {
		case 'unchecked': return null;
		case 'refused': return problem(`${url} answers with status ${probed.status}.`, 'Open it in a private window: Pinterest needs a public, direct address of the image. If Pinterest is let in and only this server is not, switch the check off.');
		case 'no_image': return problem(`${url} is no image${probed.contentType ? ` (${probed.contentType})` : ''}.`, 'Give the address of the image itself, not of a page around it.');
		case 'forbidden': return problem(probed.message, 'Pinterest can only load images from the public internet. Give a public address, or the file.');
		case 'unreachable': return problem(`${url} cannot be loaded: ${probed.message}`, 'Check the address; if it is right and only this network cannot reach it, switch the check off.');
		case 'image': return sizeProblem(url, probed, problem);
	}
}

function sizeProblem(url: string, { contentType, bytes, width, height }: Extract<Probed, { kind: 'image' }>, problem: (message: string, hint: string) => Problem): Problem | null {
	if (!TYPES.includes(contentType)) return problem(`${url} is ${contentType}.`, 'Pinterest takes JPEG, PNG, GIF and WebP images.');
	if (bytes !== null && bytes > MAX_IMAGE_BYTES) return problem(`The image has ${megabytes(bytes)}.`, 'Use an image of at most 20 MB.');
	if (width !== null && height !== null && Math.min(width, height) < LEAST_PIXELS) {
		return problem(`The image has ${width} x ${height} pixels.`, 'Pinterest refuses small images. 1000 x 1500 pixels serve well.');
	}
	return null;
}

// Of the way that it was asked for, or a matter of patience: neither says anything of the image.
const SAYS_NOTHING = [405, 406, 408, 416, 425, 429];

/**
 * Whether what was found at an address proves that Pinterest cannot take an image from there. A fault of a server or of the network may be
 * over when the job runs, and a name that leads inside from here may lead elsewhere from the internet.
 */
export function isProven(url: string, probed: Probed): boolean {
	switch (probed.kind) {
		case 'refused': return probed.status >= 400 && probed.status < 500 && !SAYS_NOTHING.includes(probed.status);
		case 'forbidden': return isInside(url);
		case 'image':
		case 'no_image': return true;
		case 'unreachable':
		case 'unchecked': return false;
		default: return assertNever(probed);
	}
}

/** Whether the host is written so that nobody on the internet can mean the same: an IP address that is no public one, or a name of one's own network. */
function isInside(url: string): boolean {
	const { hostname } = new URL(url);
	return /^(\[.*\]|[\d.]+)$/.test(hostname) || !hostname.includes('.') || /\.(localhost|local|internal|lan)$/.test(hostname);
}

/** What was found out about media before there is a job: what is proven, and what somebody should know. */
export interface MediaLook {
	problem: Problem | null;
	warning: string | null;
}

/** What a new job is told of an image at an address. */
export function lookOfImage(url: string, probed: Probed): MediaLook {
	const problem = imageProblem(url, probed);
	if (!problem || isProven(url, probed)) return { problem, warning: null };
	return { problem: null, warning: unsure('image', problem.message) };
}

/** What is wrong with a video that no later try would find right, and what to do. */
const VIDEO_HINTS: Partial<Record<FailureCode, string>> = {
	video_refused: 'Give the public, direct address of an MP4, MOV or M4V file: open it in a private window to see what is there.',
	video_too_large: 'Pinterest takes videos of at most 2 GB.',
	video_length_unknown: 'Put the file where its size is told (Content-Length), such as S3 or a CDN.',
	video_address_forbidden: 'A worker loads videos from the public internet only. Give a public address.',
};

/** The same of a video, by why a worker could not hand it over; null when it could. Of its pixels and its length nothing is known yet. */
export function lookOfVideo(url: string, failure: Failure | null): MediaLook {
	if (!failure) return NOTHING_WRONG;
	const { code, facts } = failure, hint = VIDEO_HINTS[code];
	if (hint === undefined || (code === 'video_address_forbidden' && !isInside(url))) return { problem: null, warning: unsure('video', `${url} cannot be loaded: ${facts.message}`) };
	return { problem: { field: 'media', message: `The video ${url} cannot be published: ${facts.message}`, hint }, warning: null };
}

export const NOTHING_WRONG: MediaLook = { problem: null, warning: null };

/** A word on what nobody could tell: the job is accepted. */
export const unsure = (what: 'image' | 'video', message: string): string => `The ${what} could not be checked before: ${message.replace(/\.?$/, '.')} It is tried when the job runs.`;

/** Whether the images of a carousel are of one size, as publishers report that Pinterest wants them (2026-11); null when they are, or nobody can tell. */
export function sizesProblem(probed: readonly Probed[]): Problem | null {
	const sizes = probed.flatMap((one) => (one.kind === 'image' && one.width !== null && one.height !== null ? [`${one.width} x ${one.height}`] : []));
	if (new Set(sizes).size <= 1) return null;
	return { field: 'media', message: `The images of the carousel have different sizes: ${sizes.join(', ')} pixels.`, hint: 'Pinterest wants them all of one width and height: cut them to one size.' };
}

/** The refusal that these problems make, of a job when there is one already; null without any. */
export function refusalOf(problems: Problem[], jobId?: string): EngineError | null {
	const [first] = problems;
	if (!first) return null;
	return new EngineError('preflight_failed', { ...(jobId !== undefined && { jobId }), field: first.field, message: problems.map(({ message }) => message).join(' '), hint: first.hint, problems });
}

function boardHint(account: string, { boards }: KnownBoards, [owner]: readonly string[]): string {
	if (boards.length === 0) return owner === undefined ? `${account} has no boards: make one at Pinterest first.` : `Choose ${owner} as the account; ${account} has no boards.`;
	return owner === undefined ? `Choose one of its boards: ${listed(boards)}.` : `Choose ${owner} as the account, or a board of ${account}: ${listed(boards)}.`;
}

const SHOWN = 5;

function listed(named: readonly { id: string; name: string }[]): string {
	const some = named.slice(0, SHOWN).map(({ id, name }) => `${name} (${id})`).join(', ');
	return named.length > SHOWN ? `${some} and ${named.length - SHOWN} more` : some;
}
