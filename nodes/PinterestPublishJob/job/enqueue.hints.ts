import type { NodeExecutionHint } from 'n8n-workflow';
import type { Finding, JobView } from '../../../src';
import { escaped, jobsIn, nextActionHints } from '../../shared/next-action.hints';
import type { Call, Outcome } from '../../shared/operation';
import type { ReadRequest } from './publish-request';

/** Tells in the output pane what a person should know although everything was accepted. */
export async function addEnqueueHints({ n8n, engine }: Call, outcomes: Outcome[], read: ReadRequest[]): Promise<void> {
	if (typeof n8n.addExecutionHints !== 'function' || !outcomes.some((outcome) => 'json' in outcome)) return;
	try {
		const used = [...new Set(read.map(({ request }) => request.account).filter((account) => account))];
		const [waiting, findings] = await Promise.all([engine.directory.unserved(used), engine.checkRedis()]);
		const known = jobsIn(outcomes.flatMap((outcome) => ('json' in outcome ? outcome.json : [])));
		const hints = [
			...unserved(waiting), ...nextActionHints(notUnserved(known), Date.now()), ...unsafe(findings), ...assumedZone(read, n8n.getTimezone()),
		];
		n8n.addExecutionHints(...hints);
	} catch (error) {
		// The jobs are accepted: what could not be said about them is no reason to fail.
		n8n.logger.warn(`Pinterest jobs: no hints for this run: ${(error as Error).message}`);
	}
}

/** Of a missing worker the first hint tells. */
const notUnserved = (jobs: JobView[]) => jobs.filter(({ incident }) => incident?.kind !== 'no_worker');

export function unserved(waiting: string[]): NodeExecutionHint[] {
	if (waiting.length === 0) return [];
	return [warning(
		`Accepted, but nobody publishes for <b>${waiting.map(escaped).join(', ')}</b> now: the jobs wait. `
		+ 'Publish a workflow with a Pinterest Publish Worker that has this Account Name.',
	)];
}

export function unsafe(findings: Finding[]): NodeExecutionHint[] {
	return findings
		.filter(({ level, code }) => level !== 'ok' && code.startsWith('redis_'))
		.map(({ message, hint }) => warning(escaped(`${message} ${hint}`)));
}

export function assumedZone(read: ReadRequest[], zone: string): NodeExecutionHint[] {
	const count = read.filter(({ assumed }) => assumed.scheduledAt || assumed.publishBefore).length;
	if (count === 0) return [];
	return [{
		type: 'info',
		location: 'outputPane',
		message: `${count === 1 ? 'One item has a time' : `${count} items have times`} without a time zone, read in the zone of the workflow (<b>${escaped(zone)}</b>).`,
	}];
}

const warning = (message: string): NodeExecutionHint => ({ type: 'warning', location: 'outputPane', message });
