import { refuse, type Answer } from '../answers';
import { bytesFault, bytesSha256, carouselBytesFault } from '../images';
import { exists } from '../lag';
import { contentHash, type LedgerPin, type PinContent } from '../ledger';
import { digits } from '../random';
import { pinFault, type MediaSource, type PinBody, type VideoSource } from '../schemas';
import type { State } from '../state';
import type { Account, Board } from '../world';
import { jsonOf, nakedDate, type ApiCall, type BearerRoute } from './route';
import { webAddressOf } from '../web-address';

const read = ['boards:read', 'pins:read'];
const write = [...read, 'boards:write', 'pins:write'];

export const pinRoutes: BearerRoute[] = [
	{
		operation: 'createPin',
		method: 'POST',
		pattern: /^\/v5\/pins\/?$/,
		kind: 'write',
		scopes: write,
		content: (state, account, body) => contentOf(state, account, jsonOf(body)),
		handle: createPin,
	},
	{ operation: 'getPin', method: 'GET', pattern: /^\/v5\/pins\/(\d+)$/, kind: 'read', scopes: read, handle: getPin },
	{ operation: 'deletePin', method: 'DELETE', pattern: /^\/v5\/pins\/(\d+)$/, kind: 'write', scopes: write, handle: deletePin },
];

/** A Pin as Pinterest shows it. */
export function pinBody(state: State, pin: LedgerPin): object {
	const image = (size: string, width: number, height: number) => [size, { width, height, url: `https://i.pinimg.com/${size}/${pin.id}.jpg` }];
	const images = [image('150x150', 150, 150), image('400x300', 400, 300), image('600x', 600, 900), image('1200x', 1200, 1800)];
	const shown = Object.fromEntries(images);
	const mediaType = mediaTypeOf(pin);
	const items = pin.media.split(/,(?=https?:|sha256:)/);
	return {
		id: pin.id,
		created_at: nakedDate(pin.createdAt),
		board_id: pin.board,
		board_section_id: pin.section,
		board_owner: { username: state.world.boards.get(pin.board)?.owner.username },
		title: pin.title,
		description: pin.description,
		link: pin.link,
		alt_text: pin.altText,
		dominant_color: pin.dominantColor,
		parent_pin_id: null,
		creative_type: { video: 'VIDEO', multiple_images: 'CAROUSEL', image: 'REGULAR' }[mediaType],
		is_owner: true,
		is_standard: true,
		has_been_promoted: false,
		media: { media_type: mediaType, ...(mediaType === 'multiple_images' ? { items: items.map(() => ({ item_type: 'image', images: shown })) } : { images: shown }) },
	};
}

const mediaTypeOf = ({ mediaKind }: LedgerPin) => (mediaKind === 'video_id' ? 'video' : mediaKind.startsWith('multiple_') ? 'multiple_images' : 'image');

/** Makes a Pin and keeps it; `call` is null for one that no call created. */
export function commitPin(state: State, content: PinContent, more: Pick<LedgerPin, 'mediaKind' | 'dominantColor' | 'mediaId' | 'cover'>, call: ApiCall | null): LedgerPin {
	const hash = contentHash(content);
	const nth = call?.nth ?? state.ledger.countSent(hash);
	const id = digits(state.settings.seed, 'pin', state.ledger.pins.size);
	const createdAt = state.now + (call?.late ? state.lag.lateCommitMs(hash, nth) : 0);
	const pin: LedgerPin = {
		...content,
		...more,
		id,
		mediaSha256: content.media.startsWith('sha256:') ? content.media.slice(7) : null,
		createdAt,
		visibleAt: createdAt + (call ? state.lag.visibleAfterMs(hash, nth) : 0),
		flapMs: call ? state.lag.flapMs(hash, nth) : 0,
		request: call?.record.n ?? null,
		orderKey: state.lag.orderKey(id, createdAt),
		deletedAt: null,
	};
	state.ledger.add(pin);
	return pin;
}

function createPin(state: State, call: ApiCall): Answer {
	const body = jsonOf(call.body);
	const fault = pinFault(body);
	if (fault) return refuse.invalidRequest(fault);
	const valid = body as PinBody;
	const refusal = placeRefusal(state, call.account, valid) ?? linkRefusal(state, valid.link) ?? mediaRefusal(state, call.account, valid.media_source);
	if (refusal) return refusal;
	const source = valid.media_source;
	const video = source.source_type === 'video_id' ? { mediaId: source.media_id, cover: coverOf(source) } : { mediaId: null, cover: null };
	const more = { mediaKind: source.source_type, dominantColor: valid.dominant_color ?? null, ...video };
	const pin = commitPin(state, contentOf(state, call.account, valid)!, more, call);
	call.record.committed = true;
	call.record.pinId = pin.id;
	if (video.mediaId !== null) state.uploads.find(video.mediaId)!.usedBy.push(pin.id);
	return { status: 201, body: pinBody(state, pin) };
}

function getPin(state: State, { account, params }: ApiCall): Answer {
	if (account.readsForbidden) return refuse.readsForbidden();
	const pin = state.ledger.pins.get(params[0]!);
	if (!pin || !exists(pin, state.now)) return refuse.pinGone();
	return pin.account === account.name ? { status: 200, body: pinBody(state, pin) } : refuse.foreignBoard();
}

function deletePin(state: State, { account, params }: ApiCall): Answer {
	const pin = state.ledger.pins.get(params[0]!);
	if (!pin || !exists(pin, state.now)) return refuse.pinGone();
	if (pin.account !== account.name) return refuse.foreignBoard();
	pin.deletedAt = state.now;
	return { status: 204, body: undefined };
}

function placeRefusal(state: State, account: Account, body: PinBody): Answer | null {
	const board = state.world.board(body.board_id);
	if (!board) return refuse.boardGone();
	if (board.owner !== account) return refuse.foreignBoard();
	if (state.now < board.busyUntil) return refuse.boardBusy();
	return hasSection(board, body.board_section_id) ? null : refuse.sectionGone();
}

const hasSection = (board: Board, id?: string | null) => id == null || board.sections.some((section) => section.id === id);

function linkRefusal(state: State, link?: string | null): Answer | null {
	if (!link) return null;
	const address = webAddressOf(link);
	if (!address) return refuse.invalidLink();
	return state.settings.blockedHosts.includes(address.hostname) ? refuse.blockedLink() : null;
}

function mediaRefusal(state: State, account: Account, source: MediaSource): Answer | null {
	switch (source.source_type) {
		case 'image_url':
			return state.images.fetchFault(source.url);
		case 'image_base64':
			return bytesFault(source);
		case 'multiple_image_urls':
			return state.images.carouselFault(source.items.map((item) => item.url));
		case 'multiple_image_base64':
			return carouselBytesFault(source.items);
		case 'video_id':
			return videoRefusal(state, account, source);
	}
}

function videoRefusal(state: State, account: Account, source: VideoSource): Answer | null {
	const upload = state.uploads.find(source.media_id);
	if (!upload || upload.account !== account) return refuse.mediaGone();
	const status = state.uploads.status(upload);
	if (status !== 'succeeded') return refuse.mediaNotReady(status);
	if (source.cover_image_url !== undefined) return state.images.fetchFault(source.cover_image_url);
	const { cover_image_data: data, cover_image_content_type: type } = source;
	if (data !== undefined && type !== undefined) return bytesFault({ data, content_type: type });
	return source.cover_image_key_frame_time === undefined ? refuse.noCover() : null;
}

function coverOf({ cover_image_url: url, cover_image_data: data, cover_image_key_frame_time: second }: VideoSource): string {
	if (url !== undefined) return url;
	return data === undefined ? `frame:${second}` : `sha256:${bytesSha256(data)}`;
}

function contentOf(state: State, account: Account, body: unknown): PinContent | null {
	if (pinFault(body)) return null;
	const pin = body as PinBody;
	return {
		account: account.name,
		board: pin.board_id,
		section: pin.board_section_id ?? null,
		link: pin.link ?? null,
		title: pin.title ?? null,
		description: pin.description ?? null,
		altText: pin.alt_text ?? null,
		media: mediaName(state, pin.media_source),
	};
}

function mediaName(state: State, source: MediaSource): string {
	switch (source.source_type) {
		case 'image_url':
			return source.url;
		case 'image_base64':
			return `sha256:${bytesSha256(source.data)}`;
		case 'multiple_image_urls':
			return source.items.map((item) => item.url).join(',');
		case 'multiple_image_base64':
			return source.items.map((item) => `sha256:${bytesSha256(item.data)}`).join(',');
		case 'video_id': {
			// By its bytes: an upload that is made again has another id and is the same video.
			const sha256 = state.uploads.find(source.media_id)?.sha256;
			return sha256 ? `sha256:${sha256}` : `media:${source.media_id}`;
		}
	}
}
