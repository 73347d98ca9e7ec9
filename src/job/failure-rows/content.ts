import type { FailureRow } from '../failure-row';

const SECOND = 1000, MINUTE = 60 * SECOND;

/** Something of this Pin is wrong: its board, image, link or texts. */
export const CONTENT = [
	{
		code: 'image_too_small',
		match: [{ on: ['create'], status: [400, 403], codes: [233] }],
		outcome: 'refused', class: 'route', queue: 'client', about: 'media',
		hint: 'Pinterest finds {media} too small. Requeue with a larger one (1000 x 1500 pixels serve well).',
		clientMessage: 'The image is too small for Pinterest. Please send a larger one.', fix: ['media'],
	},
	{
		code: 'image_broken',
		match: [
			{ on: ['create'], status: [400, 403], codes: [235] },
			{ on: ['create'], status: [400, 403], text: /could not fetch the image/ },
		],
		outcome: 'refused', class: 'retry_later', delay: { baseMs: 5 * MINUTE, capMs: 5 * MINUTE, attempts: 1 }, ofAddress: true, queue: 'client', about: 'media',
		hint: 'Pinterest cannot read {media}. Is it a page or a video instead of an image, or has its address expired? Requeue with another one.',
		clientMessage: 'Pinterest could not read the image. Please send another file or a direct link to it.', fix: ['media'],
	},
	{
		code: 'image_unreachable',
		match: [{ on: ['create'], status: [400, 403], text: /unable to reach the url/ }],
		outcome: 'refused', class: 'retry_later', delay: { baseMs: MINUTE, capMs: 5 * MINUTE, attempts: 2 }, ofAddress: true, queue: 'client', about: 'media',
		hint: 'Pinterest cannot load {media}. Open it in a private window: it must be public, direct and quick. Requeue with another address or with the file.',
		clientMessage: 'Pinterest could not load the image. Please send a public, direct link to it.', fix: ['media'],
	},
	{
		// Whose words nobody has seen yet: that the sizes must agree is what publishers report (2026-11).
		code: 'image_sizes_differ',
		match: [{ on: ['create'], status: [400, 403], text: /(same|different|equal) (size|dimensions|aspect ratio)|aspect ratios? (do not|must)/ }],
		outcome: 'refused', class: 'route', queue: 'client', about: 'media',
		hint: 'Pinterest wants the images of a carousel in one size. Requeue with the Carousel Image URLs of images that have the same width and height.',
		clientMessage: 'The images of the carousel have different sizes. Please send them in one size.', fix: ['media'],
	},
	{
		// Before the board: Pinterest answers an upload that it does not know with the status and code of a board.
		code: 'media_gone',
		match: [{ on: ['create', 'media'], status: [404, 404], text: /media upload not found/ }],
		outcome: 'refused', class: 'retry', delay: { baseMs: 5 * SECOND, capMs: 5 * SECOND, attempts: 1 }, renewsMedia: true, queue: 'ops', about: 'media',
		hint: 'Pinterest does not know the upload of {media} any more, though it was uploaded twice. Requeue to upload it once more; if this repeats, look at Pinterest\'s status page.',
		clientMessage: 'Not published yet; it will be tried again.', fix: [],
	},
	{
		// The words are those of our sandbox: what Pinterest says of a video that it still processes, nobody has shown (2026-11).
		code: 'media_not_ready',
		match: [{ on: ['create'], status: [400, 422], text: /media upload is not ready/ }],
		outcome: 'refused', class: 'retry_later', delay: { baseMs: 30 * SECOND, capMs: 5 * MINUTE, attempts: 6 }, awaitsMedia: true, queue: 'ops', about: 'media',
		hint: 'Pinterest is not done with {media}. Requeue later.',
		clientMessage: 'Not published yet; it will be tried again.', fix: [],
	},
	{
		code: 'section_not_found',
		match: [{ on: ['create'], status: [404, 404], codes: [2031] }, { on: ['create'], status: [404, 404], text: /section not found/ }],
		outcome: 'refused', class: 'route', queue: 'ops', about: 'section',
		hint: 'Section {section} is not on board {board} any more. Requeue with another section, or with none.',
		clientMessage: 'The section of the board is gone. Please name another one.', fix: ['sectionId'],
	},
	{
		code: 'board_not_found',
		match: [
			{ on: ['create', 'read'], status: [404, 404], codes: [40, 404] },
			{ on: ['create', 'read'], status: [404, 404], text: /board not found/ },
		],
		outcome: 'refused', class: 'route', queue: 'ops', about: 'board',
		hint: 'Board {board} does not exist for {account}. Requeue with another board. A board of the sandbox exists only there.',
		clientMessage: 'The board does not exist. Please name another one.', fix: ['boardId', 'account'],
	},
	{
		code: 'board_busy',
		match: [{ on: ['create', 'read'], status: [409, 409] }],
		outcome: 'refused', class: 'retry_later', delay: { baseMs: 10 * SECOND, capMs: 30 * SECOND, attempts: 12 }, queue: 'ops', about: 'board',
		hint: 'Board {board} was being changed by something else all the time. Requeue when that has ended.',
		clientMessage: 'Not published yet; it will be tried again.', fix: [],
	},
	{
		code: 'board_id_refused',
		match: [{ on: ['create'], status: [400, 422], text: /board_(section_)?id.*does not match|does not match.*board_(section_)?id/ }],
		outcome: 'refused', class: 'route', queue: 'ops', about: 'board',
		hint: 'Pinterest does not take {board} as the id of a board. Choose the board from the list, or give the number of its id.',
		clientMessage: 'The board does not exist. Please name another one.', fix: ['boardId', 'sectionId'],
	},
	{
		code: 'cover_image_missing',
		match: [{ on: ['create'], status: [400, 422], text: /cover_image_(url|content_type)/ }],
		outcome: 'refused', class: 'stop', queue: 'engineering', about: 'answer',
		hint: 'A video was sent without its cover image, which should not have been accepted here. Please report it.',
		clientMessage: 'Not published: a technical fault on our side.', fix: ['media'],
	},
	{
		code: 'link_invalid',
		match: [{ on: ['create'], status: [400, 422], text: /invalid url|whoops/ }],
		outcome: 'refused', class: 'route', queue: 'client', about: 'link',
		hint: 'Pinterest does not take {link} as a link. Requeue with the complete address of the page.',
		clientMessage: 'The link does not work. Please send the complete address of the page.', fix: ['link'],
	},
	{
		code: 'link_blocked',
		match: [{
			on: ['create'], status: [400, 422],
			text: /(link|url|domain|site|destination).{0,80}(block|spam|unsafe|redirect)|(block|spam|unsafe|redirect).{0,80}(link|url|domain|site|destination)/,
		}],
		outcome: 'refused', class: 'route', queue: 'client', about: 'link',
		hint: 'Pinterest blocks {link}. Link the page itself, without shortener or redirect; a blocked domain has to be appealed at Pinterest.',
		clientMessage: 'Pinterest does not allow this link. Please send the direct address of the page.', fix: ['link'],
	},
	{
		code: 'request_invalid',
		match: [{
			on: ['create', 'media'], status: [400, 422],
			text: /constraint|does not match|is not of type|is too long|is too short|required property|additional propert|is not one of|not valid under|jsonschema|json schema/,
		}],
		outcome: 'refused', class: 'stop', queue: 'engineering', about: 'answer',
		hint: 'Pinterest refuses the form of our request, which should have been caught here. Please report it with the message.',
		clientMessage: 'Not published: a technical fault on our side.', fix: [],
	},
	{
		code: 'payload_too_large',
		match: [{ on: ['create', 'media'], status: [413, 413] }],
		outcome: 'refused', class: 'route', queue: 'client', about: 'media',
		hint: 'Pinterest finds {media} too large. Requeue with a smaller file, or with a public address of it.',
		clientMessage: 'The image is too large for Pinterest. Please send a smaller one.', fix: ['media'],
	},
	{
		code: 'media_type_refused',
		match: [{ on: ['create', 'media'], status: [415, 415] }],
		outcome: 'refused', class: 'stop', queue: 'engineering', about: 'answer',
		hint: 'Pinterest refuses the content type of our request. Please report it with the message.',
		clientMessage: 'Not published: a technical fault on our side.', fix: ['media'],
	},
] as const satisfies readonly FailureRow[];
