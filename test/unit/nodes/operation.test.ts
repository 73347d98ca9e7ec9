import { NodeOperationError, type IDataObject, type IExecuteFunctions, type INode } from 'n8n-workflow';
import { closeEngines } from '../../../nodes/shared/engine';
import { execute, perItem, propertiesOf, type Operation, type Resource } from '../../../nodes/shared/operation';
import { EngineError } from '../../../src';

afterAll(closeEngines);

/** n8n as an operation sees it; the engine it opens connects to nothing until it is asked. */
function n8n(items: IDataObject[], more: Partial<{ type: string; continueOnFail: boolean; operation: string; credential: IDataObject }> = {}): IExecuteFunctions {
	const node: INode = { id: 'n1', name: 'Publish', type: more.type ?? 'n8n-nodes-pinterest-jobs.pinterestPublishJob', typeVersion: 1, position: [0, 0], parameters: {} };
	const parameters: IDataObject = { resource: 'job', operation: more.operation ?? 'double' };
	return {
		getNode: () => node,
		getInputData: () => items.map((json) => ({ json })),
		getNodeParameter: (name: string, item: number) => parameters[name] ?? items[item]?.[name],
		getCredentials: async () => await Promise.resolve(more.credential ?? { connection: 'standalone', host: '127.0.0.1', port: 1, namespace: 'test' }),
		continueOnFail: () => more.continueOnFail ?? false,
	} as unknown as IExecuteFunctions;
}

const shown = { action: 'Do it', description: 'Does it', fields: [{ displayName: 'N', name: 'n', type: 'number' as const, default: 0 }] };
const double: Operation = {
	...shown, name: 'Double', value: 'double', done: 'doubled',
	run: perItem(async (call, item) => {
		const n = call.n8n.getNodeParameter('n', item) as number;
		if (n < 0) throw new EngineError('invalid_request', { message: `${n} is negative.`, hint: 'Use a positive one.', jobId: 'pj_1' });
		return await Promise.resolve({ n: 2 * n });
	}),
};
const verdict: Operation = { ...shown, name: 'Verdict', value: 'verdict', peopleOnly: true, run: perItem(async () => await Promise.resolve({ done: true })) };
const twice: Operation = { ...shown, name: 'Twice', value: 'twice', run: perItem(async () => await Promise.resolve([{ a: 1 }, { a: 2 }])) };
const resources: Resource[] = [{ name: 'Job', value: 'job', description: 'A job', operations: [double, verdict, twice] }];

it('pairs every item with the one it came from, also when one gives several', async () => {
	const [items] = await execute(n8n([{ n: 1 }, { n: 2 }], { operation: 'twice' }), resources);
	expect(items).toEqual([0, 0, 1, 1].map((item, index) => ({ json: { a: 1 + (index % 2) }, pairedItem: { item } })));
});

it('does the good items before it reports the first bad one, and says so', async () => {
	const failure = await execute(n8n([{ n: -1 }, { n: 2 }, { n: -3 }, { n: 4 }]), resources).catch((error: unknown) => error) as NodeOperationError;
	expect(failure).toBeInstanceOf(NodeOperationError);
	expect(failure).toMatchObject({ message: '-1 is negative.', context: { itemIndex: 0 } });
	expect(failure.description).toBe('Use a positive one. The other 2 items were doubled; running again is safe.');
});

it('gives a failed item exactly an error when the workflow continues on fail', async () => {
	const [items] = await execute(n8n([{ n: -1 }, { n: 2 }], { continueOnFail: true }), resources);
	expect(items).toEqual([
		{ json: { error: { message: '-1 is negative.', code: 'invalid_request', class: 'route', hint: 'Use a positive one.', jobId: 'pj_1' } }, pairedItem: { item: 0 } },
		{ json: { n: 4 }, pairedItem: { item: 1 } },
	]);
});

it('says what is wrong with the credential, for every item', async () => {
	const [items] = await execute(n8n([{ n: 1 }, { n: 2 }], { continueOnFail: true, credential: { connection: 'standalone', namespace: 'Not Good' } }), resources);
	expect(items!.map(({ json }) => (json['error'] as IDataObject)['code'])).toEqual(['invalid_config', 'invalid_config']);
});

it.each([
	['refuses an agent what a person decides', 'n8n-nodes-pinterest-jobs.pinterestPublishJobTool', 'An AI agent may not use "Do it".'],
])('%s', async (_what, type, message) => {
	await expect(execute(n8n([{}], { operation: 'verdict', type }), resources)).rejects.toThrow(message);
	await expect(execute(n8n([{}], { operation: 'verdict' }), resources)).resolves.toEqual([[{ json: { done: true }, pairedItem: { item: 0 } }]]);
});

it('keeps a thrown error of another kind apart, as a fault of ours, without its cause', async () => {
	const redisError = Object.assign(new Error('WRONGPASS'), { command: { name: 'auth', args: ['canary-password'] } });
	const broken: Resource[] = [{ ...resources[0]!, operations: [{ ...double, run: async () => await Promise.reject(redisError) }] }];
	const failure = await execute(n8n([{ n: 1 }]), broken).catch((error: unknown) => error) as NodeOperationError;
	expect(failure.message).toBe('WRONGPASS');
	expect(JSON.stringify({ ...failure, cause: failure.cause })).not.toContain('canary-password');
});

it('shows the fields of an operation only with it', () => {
	const fields = propertiesOf(resources).filter(({ name }) => name === 'n');
	expect(fields.map(({ displayOptions }) => displayOptions?.show)).toEqual(['double', 'verdict', 'twice'].map((operation) => ({ resource: ['job'], operation: [operation] })));
});
