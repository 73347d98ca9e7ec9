import { assertNever } from '../job/assert-never';
import type { PinContent } from '../job/job';

/** The body of POST /pins (Pinterest API 5.23 description, 2026-11). `bytes` is the image when the content refers to kept bytes. */
export function pinBody(content: PinContent, link: string | null, bytes: Buffer | null): Buffer {
	const body = {
		board_id: content.boardId,
		board_section_id: content.sectionId ?? undefined,
		title: content.title ?? undefined,
		description: content.description ?? undefined,
		link: link ?? undefined,
		alt_text: content.altText ?? undefined,
		dominant_color: content.dominantColor ?? undefined,
		media_source: mediaSource(content, bytes),
	};
	return Buffer.from(JSON.stringify(body));
}

function mediaSource({ media }: PinContent, bytes: Buffer | null): object {
	switch (media.kind) {
		case 'image_url': return { source_type: 'image_url', url: media.url };
		case 'image_base64': return { source_type: 'image_base64', content_type: media.contentType, data: (bytes ?? Buffer.alloc(0)).toString('base64') };
		// A record of a later version is never sent as something else.
		default: return assertNever(media);
	}
}
