import { updateDisplayOptions } from 'n8n-workflow';
import { itemOfEvent } from '../../shared/event-item';
import { filterField, filterOf, limitFields, listJobs } from '../../shared/job-filter';
import { perItem, type Call, type Operation } from '../../shared/operation';
import { textOf } from '../../shared/values';

// What the log gives at once.
const PAGE = 200;

export const getMany: Operation = {
	name: 'Get Many',
	value: 'getAll',
	action: 'Get many jobs',
	description: 'List jobs by state, account, board, time and more, or what has changed since you last asked',
	fields: [
		{
			displayName: 'Get',
			name: 'what',
			type: 'options',
			noDataExpression: true,
			default: 'jobs',
			description: 'Whether to list jobs or what has happened to them',
			options: [
				{ name: 'Jobs as They Stand', value: 'jobs', description: 'The newest first' },
				{ name: 'Changes Since a Cursor', value: 'changes', description: 'Every event after the one you saw last, in order: for workflows that poll instead of using the trigger' },
			],
		},
		{
			displayName: 'Cursor',
			name: 'cursor',
			type: 'string',
			default: '',
			description: 'The cursor of the last change you have seen; empty begins with the oldest that is kept. Each change carries its own. One whose next changes are no longer kept is refused, so that none is missed unseen.',
			displayOptions: { show: { what: ['changes'] } },
		},
		...limitFields,
		...updateDisplayOptions({ show: { what: ['jobs'] } }, [filterField()]),
	],
	tellsNext: true,
	run: perItem(async (call, item) =>
		(call.n8n.getNodeParameter('what', item, 'jobs') === 'changes'
			? await changesSince(call, item)
			: await listJobs(call.n8n, call.engine, item, filterOf(call.n8n, item)))),
};

async function changesSince({ n8n, engine }: Call, item: number): Promise<unknown[]> {
	const most = n8n.getNodeParameter('returnAll', item, false) ? Infinity : Number(n8n.getNodeParameter('limit', item, 50));
	let cursor = textOf(n8n.getNodeParameter('cursor', item, ''), 'Cursor');
	const changes: unknown[] = [];
	for (;;) {
		const page = await engine.eventsSince(cursor, Math.min(PAGE, most - changes.length));
		changes.push(...page.events.map(({ cursor, eventId, ...payload }) => ({ cursor, ...itemOfEvent(payload, eventId) })));
		if (page.events.length === 0 || !page.cursor || changes.length >= most) return changes;
		cursor = page.cursor;
	}
}
