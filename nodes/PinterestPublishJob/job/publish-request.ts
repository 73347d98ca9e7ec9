import type { GivenMedia, PublishRequest } from '../../../src';
import { instantOf } from '../../shared/instant';
import { boardNameOf, locatorOf } from '../../shared/locator-value';
import { objectOf, textOf } from '../../shared/values';
import { whenLateOf } from '../../shared/when-late';

/** The fields of Enqueue as n8n gives them for one item. */
export interface EnqueueFields {
	account: unknown;
	board: unknown;
	section: unknown;
	source: unknown;
	title: unknown;
	description: unknown;
	link: unknown;
	altText: unknown;
	options: Record<string, unknown>;
}

/** The request of one item, and which of its times were read in the workflow's zone. */
export interface ReadRequest {
	request: PublishRequest;
	assumed: { scheduledAt: boolean; publishBefore: boolean };
}

/** Fields → request. Throws `invalid_request` for what cannot be read; what may be published is the engine's to say. */
export function requestOf(fields: EnqueueFields, media: GivenMedia, zone: string, n8n: PublishRequest['n8n']): ReadRequest {
	const { options } = fields;
	const board = locatorOf(fields.board, 'Board'), account = locatorOf(fields.account, 'Account').value ?? '';
	const scheduledAt = instantOf(options['scheduledAt'], 'Scheduled At', zone);
	const publishBefore = instantOf(options['publishBefore'], 'Publish Before', zone);
	return {
		request: {
			account,
			boardId: board.value ?? '',
			boardName: boardNameOf(board.name, account),
			sectionId: locatorOf(fields.section, 'Section').value,
			source: textOf(fields.source, 'Source Record ID'),
			media,
			title: textOf(fields.title, 'Title'),
			description: textOf(fields.description, 'Description'),
			link: textOf(fields.link, 'Link'),
			altText: textOf(fields.altText, 'Alt Text'),
			assetId: textOf(options['assetId'], 'Asset ID'),
			client: textOf(options['client'], 'Client Label'),
			dominantColor: textOf(options['dominantColor'], 'Dominant Color'),
			key: textOf(options['key'], 'Idempotency Key'),
			marker: options['marker'] === true,
			metadata: objectOf(options['metadata'], 'Metadata'),
			scheduledAt: scheduledAt?.iso ?? null,
			publishBefore: publishBefore?.iso ?? null,
			// A row without Publish Before needs no rule for it.
			whenLate: publishBefore === null ? null : whenLateOf(options['whenLate']),
			assumedZones: { scheduledAt: scheduledAt?.assumedZone ?? null, publishBefore: publishBefore?.assumedZone ?? null },
			n8n,
		},
		assumed: { scheduledAt: Boolean(scheduledAt?.assumedZone), publishBefore: Boolean(publishBefore?.assumedZone) },
	};
}
