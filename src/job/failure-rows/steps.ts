import type { FailureRow } from '../failure-row';

const SECOND = 1000, MINUTE = 60 * SECOND;
const anywhere = ['nothing', 'connected', 'sent'] as const;

/** Reads and media steps: whatever became of them, no Pin came of it, so they may be repeated. */
export const STEPS = [
	{
		code: 'read_failed',
		match: [
			{ on: ['read'], reached: anywhere },
			{ on: ['read'], status: [100, 399] },
			{ on: ['read'], status: [408, 408] },
			{ on: ['read'], status: [500, 999] },
		],
		outcome: 'not_sent', class: 'retry', queue: 'ops', about: 'account',
		hint: 'Pinterest could not be read just now. If this lasts, look at Pinterest\'s status page.',
		clientMessage: 'Being checked: Pinterest has not confirmed the Pin yet.', fix: [],
	},
	{
		code: 'scan_incomplete',
		match: [],
		outcome: 'not_sent', class: 'retry', queue: 'ops', about: 'board',
		hint: 'Board {board} could not be read to its end. Look at it by hand and give a verdict.',
		clientMessage: 'Being checked: Pinterest has not confirmed the Pin yet.', fix: [],
	},
	{
		code: 'media_call_failed',
		// A registration or upload that went wrong leaves at most an orphan; only the create is not repeatable.
		match: [
			{ on: ['media', 'upload'], reached: ['sent'] },
			{ on: ['media'], status: [100, 299] },
			{ on: ['media'], status: [408, 408] },
			{ on: ['media', 'upload'], status: [500, 999] },
		],
		outcome: 'not_sent', class: 'retry', queue: 'ops', about: 'app',
		hint: 'The media could not be handed to Pinterest. If this lasts, look at Pinterest\'s status page, then requeue.',
		clientMessage: 'Not published yet; it will be tried again.', fix: [],
	},
	{
		code: 'video_too_large',
		// What storage says beside its status: `EntityTooLarge` (S3).
		match: [{ on: ['upload'], status: [400, 499], text: /entitytoolarge/ }, { on: ['upload'], status: [413, 413] }],
		outcome: 'not_sent', class: 'route', queue: 'client', about: 'media',
		hint: 'Pinterest takes videos of at most 2 GB, and {media} is larger. Requeue with a smaller file.',
		clientMessage: 'The video is too large for Pinterest: at most 2 GB. Please send a smaller file.', fix: ['media'],
	},
	{
		code: 'upload_refused',
		match: [{ on: ['upload'], status: [100, 499] }],
		outcome: 'not_sent', class: 'retry', delay: { baseMs: 5 * SECOND, capMs: 5 * MINUTE, attempts: 3 }, renewsMedia: true, queue: 'engineering', about: 'media',
		hint: 'Pinterest\'s storage refuses the upload of {media}. Check the clock of the machine and the size of the file.',
		clientMessage: 'Not published: a technical fault on our side.', fix: ['media'],
	},
	{
		code: 'video_unreachable',
		match: [
			{ on: ['source'], reached: anywhere },
			{ on: ['source'], cut: true },
			{ on: ['source'], status: [408, 408] },
			{ on: ['source'], status: [429, 429] },
			{ on: ['source'], status: [500, 999] },
		],
		outcome: 'not_sent', class: 'retry_later', delay: { baseMs: MINUTE, capMs: 5 * MINUTE, attempts: 2 }, queue: 'client', about: 'media',
		hint: 'The worker cannot load {media}. Open it in a private window: it must be public, direct and quick. Requeue with another address.',
		clientMessage: 'The video could not be loaded. Please send a public, direct link to it.', fix: ['media'],
	},
	{
		code: 'video_refused',
		match: [{ on: ['source'], status: [100, 499] }],
		outcome: 'not_sent', class: 'route', queue: 'client', about: 'media',
		hint: 'There is no video at {media}. Open it in a private window: it must be the file itself (MP4, MOV or M4V), no page around it and no address that has expired. Requeue with another address.',
		clientMessage: 'There is no video at this address. Please send a direct link to an MP4, MOV or M4V file.', fix: ['media'],
	},
	{
		code: 'video_length_unknown',
		match: [],
		outcome: 'not_sent', class: 'route', queue: 'client', about: 'media',
		hint: 'The server of {media} does not say how long the file is (Content-Length), and Pinterest\'s storage has to be told. Put the file where its size is told, such as S3 or a CDN, and requeue with that address.',
		clientMessage: 'The video cannot be taken from this address. Please put it on another server, such as S3 or a CDN, and send that link.', fix: ['media'],
	},
	{
		code: 'video_address_forbidden',
		match: [],
		outcome: 'not_sent', class: 'route', queue: 'ops', about: 'media',
		hint: 'The address of {media}, or one it redirects to, is not one of the public internet, so nothing is loaded from it. Requeue with a public address, or name the server among the trusted origins of the engine.',
		clientMessage: 'The video cannot be taken from this address. Please send a public link to it.', fix: ['media'],
	},
	{
		code: 'media_processing_failed',
		match: [],
		outcome: 'not_sent', class: 'retry', delay: { baseMs: MINUTE, capMs: MINUTE, attempts: 1 }, renewsMedia: true, queue: 'client', about: 'media',
		hint: 'Pinterest could not process {media}. Check codec, length and shape of the video; requeue with another file.',
		clientMessage: 'Pinterest could not process the video. Please send another file (MP4, H.264).', fix: ['media'],
	},
	{
		code: 'media_processing_slow',
		match: [],
		outcome: 'not_sent', class: 'retry_later', queue: 'ops', about: 'media',
		hint: 'Pinterest is still processing {media}. Requeue later.',
		clientMessage: 'Not published yet; it will be tried again.', fix: [],
	},
	{
		code: 'unmapped',
		match: [{ on: ['create', 'read', 'token', 'media', 'upload'] }],
		outcome: 'refused', class: 'stop', queue: 'engineering', about: 'answer',
		hint: 'Pinterest answered in a way nobody has mapped yet. It is never sent again by itself. Read the message, correct what it names, requeue, and report it.',
		clientMessage: 'Not published: we are looking into it.', fix: [],
	},
] as const satisfies readonly FailureRow[];
