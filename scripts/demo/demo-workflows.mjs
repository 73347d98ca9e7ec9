import { readWorkflow, reference, withCredential, withExtraNode, withNode, withoutNodes, workerNode } from './workflows.mjs';

/** workflows/first-pins.json with a second worker, for the second account. */
export function publishWorkflow({ engine, accounts: [first, second] }) {
	const imported = withNode(withCredential(readWorkflow('first-pins'), engine), 'Pinterest Publish Worker', {
		parameters: { account: first.name },
		credentials: { [first.credential.type]: reference(first.credential) },
	});
	const board = { __rl: true, mode: 'list', value: first.boards[0].id, cachedResultName: first.boards[0].name };
	const filled = withNode(imported, 'Pinterest Publish Job', { parameters: { board } });
	const worker = workerNode({ account: second.name, credential: second.credential, engine, position: [112, 512] });
	return withExtraNode(filled, worker);
}

/** workflows/sheet-to-pins.json as it is. */
export const sheetWorkflow = ({ engine }) => withCredential(readWorkflow('sheet-to-pins'), engine);

/** workflows/requeue-form.json as it is. */
export const formWorkflow = ({ engine }) => withCredential(readWorkflow('requeue-form'), engine);

/** The same sheet read from its end, without what follows the events. */
export function reversed(sheet) {
	const rest = withoutNodes(sheet, ['A job has news', 'Note the news', 'Note 4']);
	return { ...withNode(rest, 'Read the rows', { parameters: { orderByDirection: 'DESC' } }), name: 'Pinterest: sheet to Pins, from its end' };
}
