import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { isEngineError, type Correction, type Engine } from '../../src';
import { carouselOfUrls, imageUrlsField } from './carousel';
import { instantOf } from './instant';
import { accountLocator, boardLocator, sectionLocator } from './locators';
import { imageUrl, keepFile } from './media';
import { boardNameOf, locatorOf } from './locator-value';
import { pinTextFields } from './pin-fields';
import { textOf } from './values';
import { coverAt, frameAt, videoChanges, videoOf } from './video';
import { whenLateField, whenLateOf } from './when-late';

const optional = (field: INodeProperties): INodeProperties => ({ ...field, required: false });

/** The fields a job may be corrected in: what is added to the list is changed, the rest stays. */
export const changesField: INodeProperties = {
	displayName: 'Fields to Change',
	name: 'changes',
	type: 'collection',
	placeholder: 'Add field',
	default: {},
	description: 'What is not listed here stays as it is. An added field that is empty clears the value; one whose expression gives undefined leaves it.',
	options: [
		optional(accountLocator),
		...pinTextFields.filter(({ name }) => name === 'altText'),
		optional(boardLocator),
		imageUrlsField,
		{
			displayName: 'Client Label',
			name: 'client',
			type: 'string',
			default: '',
			description: 'For whom the Pin is published',
		},
		...pinTextFields.filter(({ name }) => name === 'description'),
		{
			displayName: 'Dominant Color',
			name: 'dominantColor',
			type: 'color',
			default: '',
			description: 'Shown while the image loads, as #RRGGBB',
		},
		{
			displayName: 'Image File Field',
			name: 'imageField',
			type: 'string',
			default: 'data',
			description: 'The name of the input field that holds the new image as a file',
		},
		{
			displayName: 'Image URL',
			name: 'imageUrl',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://shop.example/images/lamp.jpg',
			description: 'The public address of the new image',
		},
		...pinTextFields.filter(({ name }) => name === 'link'),
		{
			displayName: 'Publish Before',
			name: 'publishBefore',
			type: 'dateTime',
			default: '',
			description: 'The Pin is not published after this time, unless it may be published late. Without a time zone the one of the workflow counts.',
		},
		{
			displayName: 'Scheduled At',
			name: 'scheduledAt',
			type: 'dateTime',
			default: '',
			description: 'Not before this time. Without a time zone the one of the workflow counts.',
		},
		optional(sectionLocator),
		...pinTextFields.filter(({ name }) => name === 'title'),
		videoChanges.coverSecond,
		videoChanges.coverField,
		videoChanges.coverUrl,
		videoChanges.videoUrl,
		whenLateField,
	],
};

/** The changes of one item; a file is kept first. Throws `invalid_request` for what cannot be read. */
export async function correctionOf(n8n: IExecuteFunctions, engine: Engine, item: number): Promise<Correction> {
	const changes = n8n.getNodeParameter('changes', item, {}) as Record<string, unknown>;
	const correction = plainCorrection(changes, n8n.getTimezone());
	if (isNamed(changes['imageField'])) {
		correction.media = await keepFile(n8n, engine, changes['imageField'], item);
	}
	if (isNamed(changes['coverField'])) {
		correction.media = videoOf(changes['videoUrl'], await keepFile(n8n, engine, changes['coverField'], item));
	}
	return correction;
}

const isNamed = (name: unknown): name is string => typeof name === 'string' && name !== '';

/** Does something with the changes of one item, once more when the last job that shared its file ended before that was done. */
export async function corrected<T>(n8n: IExecuteFunctions, engine: Engine, item: number, act: (correction: Correction) => Promise<T>): Promise<T> {
	const once = async () => await act(await correctionOf(n8n, engine, item));
	return await once().catch(async (error: unknown) => await (lacksMedia(error) ? once() : Promise.reject(error as Error)));
}

const lacksMedia = (error: unknown) => isEngineError(error) && error.code === 'media_missing';

const TEXTS = [
	['title', 'Title'], ['description', 'Description'], ['link', 'Link'], ['altText', 'Alt Text'], ['client', 'Client Label'], ['dominantColor', 'Dominant Color'],
] as const;

const TIMES = [['scheduledAt', 'Scheduled At'], ['publishBefore', 'Publish Before']] as const;

/** All of a correction but files, which need the item they came with. */
export function plainCorrection(changes: Record<string, unknown>, zone: string): Correction {
	const correction: Correction = {};
	// An expression that gives nothing says nothing: a workflow can name every field and change some of them.
	const has = (name: string) => changes[name] !== undefined && !isUndefinedLocator(changes[name]);
	for (const [name, label] of TEXTS) {
		if (has(name)) correction[name] = textOf(changes[name], label);
	}
	if (has('account')) correction.account = locatorOf(changes['account'], 'Account').value ?? undefined;
	if (has('board')) {
		const board = locatorOf(changes['board'], 'Board');
		// A section belongs to a board: the old one cannot come along.
		if (board.value) Object.assign(correction, { boardId: board.value, boardName: boardNameOf(board.name, correction.account ?? null), sectionId: null });
	}
	if (has('section')) correction.sectionId = locatorOf(changes['section'], 'Section').value;
	if (textOf(changes['imageUrl'], 'Image URL')) correction.media = imageUrl(changes['imageUrl']);
	const urls = carouselOfUrls(changes['imageUrls'], 'Carousel Image URLs');
	if (urls.cards.length > 0) correction.media = urls;
	if (has('videoUrl') || has('coverUrl') || has('coverSecond')) {
		const coverUrl = textOf(changes['coverUrl'], 'Video Cover URL');
		const isGiven = textOf(changes['videoUrl'], 'Video URL') !== null || coverUrl !== null || Number(changes['coverSecond'] ?? 0) > 0;
		if (isGiven) correction.media = videoOf(changes['videoUrl'], coverUrl === null ? frameAt(changes['coverSecond']) : coverAt(coverUrl));
	}
	if (has('whenLate')) correction.whenLate = whenLateOf(changes['whenLate']);
	for (const [name, label] of TIMES) {
		if (!has(name)) continue;
		const instant = instantOf(changes[name], label, zone);
		correction[name] = instant?.iso ?? null;
		if (instant?.assumedZone) correction.assumedZones = { ...correction.assumedZones, [name]: instant.assumedZone };
	}
	return correction;
}

function isUndefinedLocator(given: unknown): boolean {
	return typeof given === 'object' && given !== null && '__rl' in given && (given as { value?: unknown }).value === undefined;
}
