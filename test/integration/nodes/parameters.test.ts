import type { IDataObject, IExecuteFunctions, INodeType } from 'n8n-workflow';
import { parameterReader } from '../../../nodes/shared/parameters';
import { runNode } from './run-node';

const rows: IDataObject[] = [
	{ title: 'A lamp', board: '123' }, { title: '', board: '' }, { title: 7, board: 7 }, { title: null, board: null }, {}, { title: ['a'], board: { id: '1' } },
	{ title: '={{ $json.board }}', board: '{{ 1 + 1 }}' }, { title: '  spaced\n', board: ' 9 ' },
];

/** What it gives, or what it says is wrong. */
function valueOf(given: () => unknown): unknown {
	try {
		return given();
	} catch (error) {
		return String(error);
	}
}

/** Every parameter of every item as our reader has it and as n8n has it, and how often ours asked n8n for an item's own. */
async function read(parameters: IDataObject): Promise<{ ours: unknown[]; theirs: unknown[]; asked: number }> {
	let asked = 0;
	const seen = { ours: [] as unknown[], theirs: [] as unknown[] };
	const node = {
		description: {
			name: 'reader', displayName: 'Reader', version: 1, group: [], defaults: {}, inputs: [], outputs: [], description: '',
			properties: [{ name: 'title', displayName: 'Title', type: 'string', default: '' }, { name: 'board', displayName: 'Board', type: 'resourceLocator', default: { mode: 'id', value: '' } }],
		},
		async execute(this: IExecuteFunctions) {
			const counting = { getNode: () => this.getNode(), getInputData: () => this.getInputData(), getNodeParameter: (...given: Parameters<IExecuteFunctions['getNodeParameter']>) => (asked++, this.getNodeParameter(...given)) };
			const parameter = parameterReader(counting as unknown as IExecuteFunctions);
			for (const [item] of rows.entries()) for (const name of ['title', 'board']) {
				seen.ours.push(valueOf(() => parameter(name, item, '')));
				seen.theirs.push(valueOf(() => this.getNodeParameter(name, item, '')));
			}
			return await Promise.resolve([[]]);
		},
	} as unknown as INodeType;
	await runNode(node, { parameters, items: rows.map((json) => ({ json })), credential: {} });
	return { ...seen, asked };
}

it.each<[string, IDataObject, number]>([
	['a field of the item, asking only where it holds no text', { title: '={{ $json.title }}', board: { __rl: true, mode: 'id', value: '={{$json.board}}' } }, 2 * 4],
	['a field that no item has but every object', { title: '={{ $json.valueOf }}', board: { __rl: true, mode: 'id', value: '={{ $json.toString }}' } }, 2 * rows.length],
	['more than a field', { title: '={{ $json.title }}!', board: { __rl: true, mode: 'id', value: '={{ $json.board + "" }}' } }, 2 * rows.length],
	['a field with text before it', { title: '=No. {{ $json.title }}', board: { __rl: true, mode: '={{ "id" }}', value: '={{ $json.board }}' } }, 2 * rows.length],
])('reads %s, and gives what n8n gives', async (_what, parameters, asked) => {
	const { ours, theirs, asked: really } = await read(parameters);
	expect(ours).toEqual(theirs);
	expect(ours).toHaveLength(2 * rows.length);
	expect(really).toBe(asked);
});
