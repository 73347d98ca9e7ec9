import type { IExecuteFunctions } from 'n8n-workflow';
import { hasExpression, parameterReader } from '../../../nodes/shared/parameters';

it.each([
	['a plain text', false],
	['={{ $json.title }}', true],
	[17, false],
	[undefined, false],
	[{ __rl: true, mode: 'id', value: '123' }, false],
	[{ __rl: true, mode: 'id', value: '={{ $json.board }}' }, true],
	[{ metadata: [{ value: '=x' }] }, true],
])('sees whether %j differs from item to item', (value, expected) => {
	expect(hasExpression(value)).toBe(expected);
});

it('reads what differs for each item, and the rest once', () => {
	const read: string[] = [];
	const n8n = {
		getNode: () => ({ parameters: { title: '={{ $json.title }}', description: 'always' } }),
		getInputData: () => [{ json: {} }, { json: {} }],
		getNodeParameter: (name: string, item: number) => {
			read.push(`${name} ${item}`);
			return `${name} of ${item}`;
		},
	} as unknown as IExecuteFunctions;
	const parameter = parameterReader(n8n);
	expect([0, 1].map((item) => [parameter('title', item), parameter('description', item), parameter('link', item)])).toEqual([
		['title of 0', 'description of 0', 'link of 0'], ['title of 1', 'description of 0', 'link of 0'],
	]);
	expect(read).toEqual(['title 0', 'description 0', 'link 0', 'title 1']);
});
