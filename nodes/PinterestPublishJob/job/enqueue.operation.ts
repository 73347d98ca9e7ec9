import type { IDataObject } from 'n8n-workflow';
import type { EnqueueResult } from '../../../src';
import { imagesOf, type Images } from '../../shared/media';
import type { Call, Operation, Outcome } from '../../shared/operation';
import { parameterReader, type ReadParameter } from '../../shared/parameters';
import { originOf } from '../../shared/pin-fields';
import { enqueueFields } from './enqueue.fields';
import { addEnqueueHints } from './enqueue.hints';
import { requestOf, type ReadRequest } from './publish-request';
import { refusePast } from './refuse-past';

type WhenWaiting = 'error' | 'update';
interface Ways { whenWaiting: WhenWaiting; checkBoard: boolean; checkMedia: boolean }
type ReadItem = ReadRequest & Ways & { item: number };

export const enqueue: Operation = {
	name: 'Enqueue',
	value: 'enqueue',
	action: 'Enqueue a Pin',
	description: 'Accept a Pin as a job that a worker publishes; the same Pin again gives the same job',
	fields: enqueueFields,
	done: 'enqueued',

	async run(call) {
		const outcomes: Outcome[] = Array.from({ length: call.items }, () => ({ error: null }));
		const images = imagesOf(call.n8n, call.engine, parameterReader(call.n8n));
		const read = await readItems(call, images, outcomes);
		// All items in one call: Redis is asked in batches, not item by item.
		for (const ways of WAYS) {
			const group = read.filter((one) => one.whenWaiting === ways.whenWaiting && one.checkBoard === ways.checkBoard && one.checkMedia === ways.checkMedia);
			const check = { boards: ways.checkBoard, media: ways.checkMedia };
			if (group.length > 0) await enqueueGroup(call, group, { whenWaiting: ways.whenWaiting, check, bytesOf: images.bytesOf }, outcomes);
		}
		await addEnqueueHints(call, outcomes, read);
		return outcomes;
	},
};

const WAYS: Ways[] = [true, false].flatMap((checkBoard) => [true, false].flatMap((checkMedia) =>
	(['error', 'update'] as const).map((whenWaiting) => ({ whenWaiting, checkBoard, checkMedia }))));

async function readItems(call: Call, images: Images, outcomes: Outcome[]): Promise<ReadItem[]> {
	const parameter = parameterReader(call.n8n);
	const zone = call.n8n.getTimezone();
	const origin = originOf(call.n8n);
	const read: ReadItem[] = [];
	for (let item = 0; item < call.items; item++) {
		try {
			const fields = fieldsOf(parameter, item);
			const one = requestOf(fields, await images.of(item), zone, origin);
			const { options } = fields;
			const whenWaiting = options['whenWaiting'] === 'update' ? 'update' : 'error';
			read.push({ ...one, item, whenWaiting, checkBoard: options['checkBoard'] !== false, checkMedia: options['checkMedia'] !== false });
		} catch (error) {
			outcomes[item] = { error };
		}
	}
	return await refusePast(call.engine, read, outcomes, zone, Date.now());
}

function fieldsOf(parameter: ReadParameter, item: number) {
	const field = (name: string) => parameter(name, item, '');
	return {
		account: field('account'), board: field('board'), section: field('section'), source: field('source'),
		title: field('title'), description: field('description'), link: field('link'), altText: field('altText'),
		options: parameter('options', item, {}) as Record<string, unknown>,
	};
}

type Options = { whenWaiting: WhenWaiting; check: { boards: boolean; media: boolean } } & Pick<Images, 'bytesOf'>;

async function enqueueGroup({ n8n, engine }: Call, group: ReadItem[], options: Options, outcomes: Outcome[]): Promise<void> {
	const by = `workflow ${n8n.getWorkflow().name ?? n8n.getWorkflow().id}`;
	const results = await engine.enqueue(group.map(({ request }) => request), { ...options, by }).catch(
		(error: unknown): null => {
			for (const { item } of group) outcomes[item] = { error };
			return null;
		},
	);
	results?.forEach((result, index) => (outcomes[group[index]!.item] = outcomeOf(result)));
}

function outcomeOf(result: EnqueueResult): Outcome {
	return result.ok ? { json: [result.job as unknown as IDataObject] } : { error: result.error };
}
