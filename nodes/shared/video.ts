import type { INodeProperties } from 'n8n-workflow';
import type { GivenVideo, Image } from '../../src';
import { refused, textOf } from './values';

/** The fields of a video and of its cover. */
export const videoFields: INodeProperties[] = [
	{
		displayName: 'Video URL',
		name: 'videoUrl',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. https://shop.example/videos/lamp.mp4',
		description: 'Public, without a login or a page around it: an MP4, MOV or M4V file of at most 2 GB. A worker loads it and passes it on to Pinterest, up to 45 minutes before the Pin is due; it has to last until then.',
		displayOptions: { show: { media: ['videoUrl'] } },
	},
	{
		displayName: 'Cover From',
		name: 'coverFrom',
		type: 'options',
		default: 'frame',
		description: 'What is shown before the video plays; Pinterest takes no video without it',
		options: [
			{ name: 'Frame of the Video', value: 'frame', description: 'The picture of the video at a second of it' },
			{ name: 'URL', value: 'url', description: 'A public address that leads straight to a JPEG or PNG' },
			{ name: 'Input File', value: 'file', description: 'A JPEG or PNG that a node before this one has read' },
		],
		displayOptions: { show: { media: ['videoUrl'] } },
	},
	{
		displayName: 'Cover at Second',
		name: 'coverSecond',
		type: 'number',
		typeOptions: { minValue: 0, numberPrecision: 0 },
		default: 0,
		description: 'The second of the video whose picture is the cover. Past its end the last picture is used.',
		displayOptions: { show: { media: ['videoUrl'], coverFrom: ['frame'] } },
	},
	{
		displayName: 'Cover URL',
		name: 'coverUrl',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. https://shop.example/images/lamp.jpg',
		description: 'Public, without a login or a page around it. Pinterest fetches it when the job runs, so it has to last until then.',
		displayOptions: { show: { media: ['videoUrl'], coverFrom: ['url'] } },
	},
	{
		displayName: 'Cover File Field',
		name: 'coverField',
		type: 'string',
		required: true,
		default: 'data',
		placeholder: 'e.g. data',
		hint: 'The name of the field that holds the file, as shown in the Binary tab of the input',
		displayOptions: { show: { media: ['videoUrl'], coverFrom: ['file'] } },
	},
];

/** The same as corrections: the video is replaced together with its cover. */
export const videoChanges: Record<'coverField' | 'coverSecond' | 'coverUrl' | 'videoUrl', INodeProperties> = {
	coverField: {
		displayName: 'Video Cover File Field', name: 'coverField', type: 'string', default: 'data',
		description: 'With Video URL: the name of the input field that holds the image to show before the video plays',
	},
	coverSecond: {
		displayName: 'Video Cover at Second', name: 'coverSecond', type: 'number', typeOptions: { minValue: 0, numberPrecision: 0 }, default: 0,
		description: 'With Video URL: the second of the video whose picture is shown before it plays; the first one without any cover',
	},
	coverUrl: {
		displayName: 'Video Cover URL', name: 'coverUrl', type: 'string', default: '', placeholder: 'e.g. https://shop.example/images/lamp.jpg',
		description: 'With Video URL: the public address of the image to show before the video plays',
	},
	videoUrl: {
		displayName: 'Video URL', name: 'videoUrl', type: 'string', default: '', placeholder: 'e.g. https://shop.example/videos/lamp.mp4',
		description: 'The public address of the new video, or of the same one when only its cover changes',
	},
};

export function videoOf(url: unknown, cover: NonNullable<GivenVideo['cover']>): GivenVideo {
	const address = textOf(url, 'Video URL');
	if (!address) throw refused('Video URL is empty.', 'Give the address of the video.');
	return { kind: 'video_url', url: address, cover };
}

/** A picture of the video itself; 0 when nothing is said. */
export function frameAt(second: unknown): NonNullable<GivenVideo['cover']> {
	const text = textOf(second, 'Cover at Second') ?? '0';
	if (!/^\d+$/.test(text)) throw refused(`Cover at Second “${text}” is not a whole number of seconds.`, 'Give the second of the picture to show before the video plays, 0 for the first.');
	return { kind: 'frame', atSeconds: Number(text) };
}

export function coverAt(url: unknown): Image {
	const address = textOf(url, 'Cover URL');
	if (!address) throw refused('Cover URL is empty.', 'Give the address of the image, or choose Frame of the Video.');
	return { kind: 'image_url', url: address };
}
