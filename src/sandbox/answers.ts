/** An answer in the making. */
export interface Answer {
	status: number;
	body: unknown;
	headers?: Record<string, string>;
}

/** Pinterest's error body; `status: "failure"` is not in its description, but live answers carry it (2026-11). */
function refusal(status: number, code: number, message: string, more: object = {}): Answer {
	return { status, body: { code, message, ...more, status: 'failure' } };
}

// Status and code of each: Pinterest API 5.5 to 5.23 descriptions and answers observed in public code (2026-11). Where only
// the gist of a message is known, the wording is ours and the words that clients look for are in it.
export const refuse = {
	deadToken: () => refusal(401, 2, 'Authentication failed.'),
	missingScope: () => refusal(401, 3, 'Your token does not have sufficient permissions: its scopes do not cover this call.'),
	consumerType: () => refusal(401, 3, 'Your application consumer type is not supported. Ask Pinterest for access.'),
	trialApp: () =>
		refusal(
			403,
			29,
			'Apps with Trial access may not create Pins in production https://api.pinterest.com - use API Sandbox https://api-sandbox.pinterest.com instead.',
		),
	spam: () => refusal(429, 8, 'Sorry, this action was blocked.', { message_detail: 'Blocked because it looks like spam.' }),
	rateLimit: (headers: Record<string, string>): Answer => ({
		...refusal(429, 8, 'This request exceeded a rate limit. Slow down, or space out writes to one object.'),
		headers,
	}),
	readsForbidden: () => refusal(403, 403, 'PINNER_DATA_ACCESS_DENIED: this app may not read data of this user.'),
	foreignBoard: () => refusal(403, 29, 'You are not permitted to access that resource.'),
	forbiddenBoard: () => refusal(403, 403, 'Not authorized to access the board.'),
	boardGone: () => refusal(404, 40, 'Board not found.'),
	listedBoardGone: () => refusal(404, 404, 'Board not found.'),
	sectionGone: () => refusal(404, 2031, 'Board section not found.'),
	listedSectionGone: () => refusal(404, 404, 'Board section not found.'),
	boardBusy: () => refusal(409, 409, 'Could not get exclusive access to the board.'),
	pinGone: () => refusal(404, 50, 'Pin not found.'),
	mediaGone: () => refusal(404, 404, 'Media upload not found.'),
	mediaNotReady: (status: string) => refusal(400, 400, `The media upload is not ready: its status is ${status}.`),
	noCover: () => refusal(400, 1, 'Provide either cover_image_url or cover_image_content_type and cover_image_data.'),
	imageTooSmall: () => refusal(403, 233, 'The image is too small.'),
	imageBroken: () => refusal(403, 235, 'The image is too small, too large or broken.'),
	// The words are ours: nobody has seen Pinterest's.
	imageSizesDiffer: () => refusal(400, 1, 'The images of a carousel must have the same size.'),
	imageUnreachable: () => refusal(400, 1, 'Unable to reach the URL of the image.'),
	invalidLink: () => refusal(400, 1, 'Whoops! The link is an invalid URL.'),
	blockedLink: () => refusal(403, 4, 'This link is blocked: it redirects, or its site was reported as spam.'),
	ourEnd: () => refusal(400, 2787, 'Sorry! Something went wrong on our end.'),
	invalidRequest: (message: string) => refusal(400, 1, `Invalid request: ${message}`),
	tooLarge: () => refusal(413, 413, 'The request body is too large.'),
	noSuchCall: () => refusal(404, 404, 'There is no such endpoint.'),
	wrongApp: () => refusal(401, 2, 'Authentication failed: app id or secret is wrong.'),
	wrongGrant: () => refusal(401, 283, 'The authorization grant is invalid.'),
	unknownGrantType: () => refusal(400, 1, 'Invalid request: grant_type is not supported.'),
	crashed: () => refusal(500, 0, 'The sandbox itself failed.'),
};
