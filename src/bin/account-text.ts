import type { Incident } from '../job/hold';
import { iso } from '../job/view';
import type { AccountView } from '../work/overview';
import { count, time } from './job-text';

/** An account as a person looks at it: who serves it, what waits and when, its pace, what holds it. */
export function accountText(account: AccountView): string {
	return [headOf(account), ...rows(account).map(([name, text]) => `    ${name.padEnd(10)}${text}`)].join('\n');
}

/** A hold in one line: since when, until when, how much waits, and why. */
export function heldText({ account, kind, since, until, waiting, message }: Incident): string {
	return `${account}  ${kind} since ${time(iso(since)!)}${until === null ? '' : ` until ${time(iso(until)!)}`}, ${count(waiting, 'job')} waiting: ${message}`;
}

function headOf({ account, aliases, client, waiting, running, inDoubt }: AccountView): string {
	const also = aliases.length > 0 ? `, also ${aliases.join(', ')}` : '';
	return `${account}${client ? ` (${client})` : ''}${also}  ${waiting} waiting, ${running} running, ${inDoubt} in doubt`;
}

function rows({ served, lastServedAt, username, pace, headroom, nextDueAt, waiting, incidents, boards, boardsAt }: AccountView): [string, string][] {
	return [
		['served', served ? `yes${username ? `, as ${username}` : ''}` : lastServedAt ? `not since ${time(lastServedAt)}` : 'never yet'],
		['pace', pace ? `at most ${pace.writesPerMinute} writes a minute${pace.writesPerDay === null ? '' : `, ${pace.writesPerDay} a day`}, ${pace.concurrent} at once; ${headroom ?? '?'} could start now` : '(no worker has told it)'],
		['next', nextDueAt ? `due ${time(nextDueAt)}` : waiting > 0 ? 'due after what is being sent' : 'nothing is due'],
		...incidents.map((incident): [string, string] => ['held', heldText(incident)]),
		['boards', boardsAt ? `${boards.length}, read ${time(boardsAt)}` : '(not read yet)'],
	];
}
