import { createHash } from 'node:crypto';
import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { Engine, GivenMedia, GivenVideo, Image } from '../../src';
import { bytesOfBase64 } from './base64';
import { carouselFields, carouselOfCards, carouselOfFiles, carouselOfUrls } from './carousel';
import type { ReadParameter } from './parameters';
import { refused, textOf } from './values';
import { coverAt, frameAt, videoFields, videoOf } from './video';

/** What a Pin shows and where it comes from. */
export const mediaFields: INodeProperties[] = [
	{
		displayName: 'Media',
		name: 'media',
		type: 'options',
		default: 'imageUrl',
		description: 'What the Pin shows. Pinterest fetches an image by its URL; a file is kept in Redis until its Pin exists; a video is passed on by a worker.',
		options: [
			{ name: 'Image URL', value: 'imageUrl', description: 'A public address that leads straight to a JPEG or PNG' },
			{ name: 'Image File', value: 'imageBinary', description: 'A JPEG or PNG that a node before this one has read' },
			{ name: 'Image as Base64 Text', value: 'imageBase64', description: 'A JPEG or PNG that a field of the input holds as Base64 text, as AI and API nodes give it' },
			{ name: 'Carousel', value: 'carousel', description: 'Two to five images in one Pin, by their URLs or as files' },
			{ name: 'Video URL', value: 'videoUrl', description: 'A video by its public address, with a cover' },
		],
	},
	{
		displayName: 'Image URL',
		name: 'imageUrl',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. https://shop.example/images/lamp.jpg',
		description: 'Public, without a login or a page around it. Pinterest fetches it when the job runs, so it has to last until then.',
		displayOptions: { show: { media: ['imageUrl'] } },
	},
	{
		displayName: 'Input File Field',
		name: 'imageField',
		type: 'string',
		required: true,
		default: 'data',
		placeholder: 'e.g. data',
		hint: 'The name of the field that holds the file, as shown in the Binary tab of the input',
		displayOptions: { show: { media: ['imageBinary'] } },
	},
	{
		displayName: 'Image as Base64',
		name: 'imageBase64',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. {{ $json.b64_json }}',
		description: 'With or without data:image/png;base64, before it. Only a hash of the bytes enters the job, but n8n keeps the text in its execution data: for large images read a file instead.',
		displayOptions: { show: { media: ['imageBase64'] } },
	},
	...carouselFields,
	...videoFields,
];

/** The images of a run's items; the same bytes are sent to Redis once. */
export interface Images {
	/** What a job holds of what the item shows. */
	of(item: number): Promise<GivenMedia>;
	/** The bytes of an image that this run has read, once more. */
	bytesOf(sha256: string): Promise<Buffer | null>;
}

export function imagesOf(n8n: IExecuteFunctions, engine: Engine, parameter: ReadParameter): Images {
	const kept = new Map<string, { media: Promise<Image>; read: () => Promise<Buffer> }>();
	const keep = async (read: () => Promise<Buffer>): Promise<Image> => {
		const bytes = await read();
		const hash = createHash('sha256').update(bytes).digest('hex');
		// The bytes themselves are not held: a run may have many images.
		const one = kept.get(hash) ?? { media: engine.putMedia(bytes), read };
		kept.set(hash, one);
		return await one.media;
	};
	const keepFileOf = (item: number) => async (field: string) => await keep(async () => await n8n.helpers.getBinaryDataBuffer(item, field));
	const carousel = async (item: number): Promise<GivenMedia> => {
		switch (parameter('cardsFrom', item)) {
			case 'urls': return carouselOfUrls(parameter('imageUrls', item));
			case 'files': return await carouselOfFiles(parameter('imageFields', item), keepFileOf(item));
			default: return await carouselOfCards(parameter('cards', item), keepFileOf(item));
		}
	};
	const cover = async (item: number): Promise<NonNullable<GivenVideo['cover']>> => {
		switch (parameter('coverFrom', item)) {
			case 'url': return coverAt(parameter('coverUrl', item));
			case 'file': return await keepFileOf(item)(parameter('coverField', item) as string);
			default: return frameAt(parameter('coverSecond', item));
		}
	};
	return {
		async of(item) {
			switch (parameter('media', item)) {
				case 'imageBinary': return await keepFileOf(item)(parameter('imageField', item) as string);
				case 'carousel': return await carousel(item);
				case 'videoUrl': return videoOf(parameter('videoUrl', item), await cover(item));
				case 'imageBase64': return await keep(() => Promise.resolve(bytesOfBase64(parameter('imageBase64', item), 'Image as Base64')));
				default: return imageUrl(parameter('imageUrl', item));
			}
		},
		bytesOf: async (sha256) => await (kept.get(sha256)?.read() ?? null),
	};
}

export function imageUrl(value: unknown): Image {
	const url = textOf(value, 'Image URL');
	if (!url) throw refused('Image URL is empty.', 'Give the address of the image, or choose Image File.');
	return { kind: 'image_url', url };
}

/** Keeps the file of an item under its hash and gives what a job needs to find it. */
export async function keepFile(n8n: IExecuteFunctions, engine: Engine, field: string, item: number): Promise<Image> {
	return await engine.putMedia(await n8n.helpers.getBinaryDataBuffer(item, field));
}
