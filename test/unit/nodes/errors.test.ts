import type { INode } from 'n8n-workflow';
import { nodeErrorOf } from '../../../nodes/shared/errors';
import { EngineError } from '../../../src';

const node = { id: '1', name: 'Enqueue', type: 'x', typeVersion: 1, position: [0, 0], parameters: {} } as INode;

it('keeps our sentence where n8n would put one of its own', () => {
	const error = new EngineError('redis_unavailable', { message: 'Redis does not answer (connect ECONNREFUSED 127.0.0.1:6379).', hint: 'Start it.' });
	expect(nodeErrorOf(node, error, 3)).toMatchObject({
		name: 'NodeOperationError', message: 'Redis does not answer (connect ECONNREFUSED 127.0.0.1:6379).', description: 'Start it.', context: { itemIndex: 3 },
	});
});
