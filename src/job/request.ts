import type { Media, N8nOrigin } from './job';

/** What a caller asks to publish, as it comes from a node, the CLI or code; nothing is trusted yet. */
export interface PublishRequest {
	account: string;
	client?: string | null;
	boardId: string;
	boardName?: string | null;
	sectionId?: string | null;
	link?: string | null;
	title?: string | null;
	description?: string | null;
	altText?: string | null;
	dominantColor?: string | null;
	media: Media;
	/** The user's own name for the creative (asset id). */
	assetId?: string | null;
	/** The record this Pin belongs to (sheet row, product): names the intention when given. */
	source?: string | null;
	/** An own idempotency key: names the intention when given and no source is. */
	key?: string | null;
	/** ISO 8601 with a zone, or epoch milliseconds. */
	scheduledAt?: string | number | null;
	publishBefore?: string | number | null;
	metadata?: Record<string, unknown> | null;
	/** Put a marker into the link, so that the Pin can be told from a twin. */
	marker?: boolean;
	n8n?: N8nOrigin | null;
}
