import type { INodeProperties } from 'n8n-workflow';
import type { GivenCard, GivenMedia, Image } from '../../src';
import { refused, textOf } from './values';

const LIST_OF_URLS = 'Two to five addresses, in their order: a list, or one text with a comma or a new line between them';

/** The fields of a carousel: cards to fill in one by one, or a list as a sheet has it. */
export const carouselFields: INodeProperties[] = [
	{
		displayName: 'Images From',
		name: 'cardsFrom',
		type: 'options',
		default: 'cards',
		description: 'Where the two to five images of the carousel come from. They should be of one size, and come all by URL or all as files.',
		options: [
			{ name: 'Cards', value: 'cards', description: 'Filled in one by one, each with a title, description and link of its own if you like' },
			{ name: 'List of URLs', value: 'urls', description: 'One field with all addresses, as a sheet or a shop gives them' },
			{ name: 'List of Input Files', value: 'files', description: 'Files that a node before this one has read, by the names of their fields' },
		],
		displayOptions: { show: { media: ['carousel'] } },
	},
	{
		displayName: 'Cards',
		name: 'cards',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, sortable: true, maxAllowedFields: 5, multipleValueButtonText: 'Add Image' },
		default: {},
		placeholder: 'Add Image',
		description: 'Two to five images, in the order in which they are shown',
		displayOptions: { show: { media: ['carousel'], cardsFrom: ['cards'] } },
		options: [
			{
				displayName: 'Image',
				name: 'card',
				values: [
					{
						displayName: 'Image From',
						name: 'from',
						type: 'options',
						default: 'url',
						description: 'All images of a carousel come by URL, or all as files',
						options: [
							{ name: 'URL', value: 'url' },
							{ name: 'Input File', value: 'file' },
						],
					},
					{
						displayName: 'Image URL',
						name: 'url',
						type: 'string',
						default: '',
						placeholder: 'e.g. https://shop.example/images/lamp.jpg',
						description: 'Public, without a login or a page around it',
						displayOptions: { show: { from: ['url'] } },
					},
					{
						displayName: 'Input File Field',
						name: 'field',
						type: 'string',
						default: 'data',
						placeholder: 'e.g. data',
						description: 'The name of the field that holds the file, as shown in the Binary tab of the input',
						displayOptions: { show: { from: ['file'] } },
					},
					{
						displayName: 'Title',
						name: 'title',
						type: 'string',
						default: '',
						description: 'Of this image alone; at most 100 characters',
					},
					{
						displayName: 'Description',
						name: 'description',
						type: 'string',
						typeOptions: { rows: 2 },
						default: '',
						description: 'Of this image alone; at most 800 characters',
					},
					{
						displayName: 'Link',
						name: 'link',
						type: 'string',
						default: '',
						placeholder: 'e.g. https://shop.example/lamp',
						description: 'Where this image leads; without one it leads where the Pin does',
					},
				],
			},
		],
	},
	{
		displayName: 'Image URLs',
		name: 'imageUrls',
		type: 'string',
		typeOptions: { rows: 3 },
		required: true,
		default: '',
		placeholder: 'e.g. {{ $json.images }}',
		description: LIST_OF_URLS,
		displayOptions: { show: { media: ['carousel'], cardsFrom: ['urls'] } },
	},
	{
		displayName: 'Input File Fields',
		name: 'imageFields',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. attachment_0, attachment_1',
		description: 'The names of the two to five fields that hold the files, in their order, with a comma between them, or as a list',
		displayOptions: { show: { media: ['carousel'], cardsFrom: ['files'] } },
	},
];

/** The same as a correction. */
export const imageUrlsField: INodeProperties = {
	displayName: 'Carousel Image URLs',
	name: 'imageUrls',
	type: 'string',
	default: '',
	placeholder: 'e.g. https://shop.example/a.jpg, https://shop.example/b.jpg',
	description: `The new images of a carousel; titles, descriptions and links that its images had do not come along. ${LIST_OF_URLS}.`,
};

/** The carousel of the cards that were filled in; `keep` keeps a file and tells what a job holds of it. */
export async function carouselOfCards(given: unknown, keep: (field: string) => Promise<Image>): Promise<GivenMedia> {
	const cards: GivenCard[] = [];
	const list = (given as { card?: Record<string, unknown>[] } | null)?.card ?? [];
	for (const [i, { from, url, field, title, description, link }] of list.entries()) {
		const name = `Image ${i + 1}`;
		const image: Image = from === 'file' ? await keep(named(field, `${name}: Input File Field`)) : { kind: 'image_url', url: named(url, `${name}: Image URL`) };
		cards.push({ image, title: textOf(title, `${name}: Title`), description: textOf(description, `${name}: Description`), link: textOf(link, `${name}: Link`) });
	}
	return { kind: 'carousel', cards };
}

/** The carousel of a list of addresses. */
export function carouselOfUrls(given: unknown, field = 'Image URLs'): Extract<GivenMedia, { kind: 'carousel' }> {
	return { kind: 'carousel', cards: listOf(given, field).map((url) => ({ image: { kind: 'image_url', url } })) };
}

/** The carousel of a list of fields that hold files. */
export async function carouselOfFiles(given: unknown, keep: (field: string) => Promise<Image>): Promise<GivenMedia> {
	const cards: GivenCard[] = [];
	for (const field of listOf(given, 'Input File Fields')) cards.push({ image: await keep(field) });
	return { kind: 'carousel', cards };
}

/** A list, the JSON of one, or a text of several lines or with commas; of objects, as attachments and shop images are, their address. */
function listOf(given: unknown, field: string): string[] {
	const list = Array.isArray(given) ? given as unknown[] : split(textOf(given, field) ?? '', field);
	return list.map((one) => textOf(addressIn(one), field)).filter((text) => text !== null);
}

function split(text: string, field: string): unknown[] {
	if (!text.startsWith('[')) {
		// An address may have a comma in it: the next one begins with its scheme.
		return text.split(/https?:\/\//i.test(text) ? /[\s,;|]+(?=https?:\/\/)|\s*\n\s*/i : /[\s,;|]+/).map((one) => one.replace(/[\s,;|]+$/, ''));
	}
	try {
		return JSON.parse(text) as unknown[];
	} catch {
		throw refused(`${field} begins like a list, but is no valid JSON.`, 'Give a list, or addresses with commas between them.');
	}
}

function addressIn(one: unknown): unknown {
	if (typeof one !== 'object' || one === null) return one;
	const { url, src } = one as { url?: unknown; src?: unknown };
	return url ?? src ?? one;
}

function named(value: unknown, field: string): string {
	const text = textOf(value, field);
	if (text === null) throw refused(`${field} is empty.`, 'Fill it in, or remove the image.');
	return text;
}
