import type { GroupFilter } from '../../../src';
import { instantOf } from '../../shared/instant';
import { queueOptions } from '../../shared/job-filter';
import { perItem, type Operation } from '../../shared/operation';
import { textOf } from '../../shared/values';

export const getGroups: Operation = {
	name: 'Get Groups',
	value: 'getGroups',
	action: 'Get failures by cause',
	description: 'One item a cause, as board 123 of acme-us: 41 jobs, with what to do; for digests, and for one requeue that mends all of them',
	fields: [
		{
			displayName: 'Filters',
			name: 'filters',
			type: 'collection',
			placeholder: 'Add filter',
			default: {},
			description: 'Without a filter every cause counts',
			options: [
				{ displayName: 'Account', name: 'account', type: 'string', default: '', placeholder: 'e.g. acme-us', description: 'The Account Name of the worker' },
				{ displayName: 'Cause', name: 'cause', type: 'string', default: '={{ $json.group?.cause ?? $json.cause }}', placeholder: 'e.g. board_not_found|acme-us|549755885175', description: 'Only this one, as the event failure_group.opened names it; nothing when none of its failures is open any more' },
				{ displayName: 'Client Label', name: 'client', type: 'string', default: '', placeholder: 'e.g. Acme', description: 'Of the first failure of the cause' },
				{ displayName: 'Error Code', name: 'code', type: 'string', default: '', placeholder: 'e.g. board_not_found', description: 'The code of the failures' },
				{ displayName: 'Failure Queue', name: 'queue', type: 'options', default: 'ops', options: queueOptions, description: 'Who has to act' },
				{
					displayName: 'Include Snoozed',
					name: 'snoozed',
					type: 'boolean',
					default: true,
					description: 'Whether to list also causes all of whose failures are snoozed. A cause that is named is always listed.',
				},
				{
					displayName: 'New Since',
					name: 'recentAfter',
					type: 'dateTime',
					default: '={{ $now.minus(1, "hour") }}',
					description: 'Leaves out causes without a failure, or the end of a snooze, since this time, and counts these of each as recent: what a digest tells',
				},
			],
		},
	],
	run: perItem(async ({ n8n, engine }, item) => {
		const fields = n8n.getNodeParameter('filters', item, {}) as Record<string, unknown>;
		const filter: GroupFilter = {};
		for (const [name, label] of [['account', 'Account'], ['cause', 'Cause'], ['client', 'Client Label'], ['code', 'Error Code']] as const) filter[name] = textOf(fields[name], label) ?? undefined;
		if (fields['queue']) filter.queue = fields['queue'] as GroupFilter['queue'];
		filter.awake = fields['snoozed'] !== true && filter.cause === undefined;
		const since = instantOf(fields['recentAfter'], 'New Since', n8n.getTimezone());
		if (since) filter.recentAfter = Date.parse(since.iso);
		return (await engine.failures.groups(filter)).filter(({ recent }) => recent !== 0);
	}),
};
