import { hostOf } from './canonical-url';
import type { FailureRow } from './failure-row';
import { APP } from './hold';
import type { Job, Media } from './job';
import { addressesOf } from './media';
import type { FailureFacts } from './outcome';

/** The cause that a failure shares with others: its code and what it is about, as `board_not_found|acme-us|123`. */
export function groupKeyOf(job: Job, row: FailureRow, facts: FailureFacts): string {
	return [row.code, ...causeOf(job, row, facts)].join('|');
}

function causeOf({ id, account, content }: Job, row: FailureRow, facts: FailureFacts): string[] {
	switch (row.about) {
		case 'app': return [APP];
		case 'account': return [account];
		case 'board': return [account, content.boardId];
		case 'section': return [account, content.boardId, content.sectionId ?? ''];
		// One host is one cause: a blocked domain, an image server that is down.
		case 'link': return [account, hostOf(content.link ?? '') ?? ''];
		case 'media': return [account, whence(content.media)];
		case 'answer': return [String(facts.httpStatus ?? ''), String(facts.pinterestCode ?? '')];
		// Its own cause; the board is where somebody has to look.
		case 'job': return [id, content.boardId];
		// No job fails by it.
		case 'endpoint': return [];
	}
}

/** The host that the media come from, of several images that of the first. */
function whence(media: Media): string {
	const [url] = media.kind === 'video_url' ? [media.url] : addressesOf(media);
	return url === undefined ? 'upload' : hostOf(url) ?? '';
}
