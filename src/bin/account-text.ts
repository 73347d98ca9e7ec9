import { isSlowed } from '../job/account-pacing';
import type { Incident } from '../job/hold';
import { iso } from '../job/view';
import type { AccountView, PacingView } from '../work/account-views';
import { count, time } from './job-text';

/** An account as a person looks at it: who serves it, what waits and when, its pace, what holds it. */
export function accountText(account: AccountView): string {
	return [headOf(account), ...rows(account).map(([name, text]) => `    ${name.padEnd(10)}${text}`)].join('\n');
}

/** A hold in one line: since when, until when, how much waits, and why. */
export function heldText({ account, kind, since, until, waiting, message }: Incident): string {
	return `${account}  ${kind} since ${time(iso(since)!)}${until === null ? '' : ` until ${time(iso(until)!)}`}, ${count(waiting, 'job')} waiting: ${message}`;
}

/** How many accounts there are and what they are doing, in one line. */
export function accountsText(accounts: AccountView[]): string {
	const states = [...new Set(accounts.map(({ pacing }) => pacing.state))].map((state) => `${accounts.filter(({ pacing }) => pacing.state === state).length} ${state.replaceAll('_', ' ')}`);
	const slowed = accounts.filter(({ pacing }) => pacing.slowed !== null).length;
	return `${count(accounts.length, 'account')}: ${states.join(', ')}${slowed > 0 ? `; ${slowed} slowed` : ''}.`;
}

/** When the next Pin may go out, and why not before. */
function nextOf({ state, nextSlotAt, why }: PacingView): string {
	if (state === 'ready') return `now: ${why}`;
	return nextSlotAt === null ? why : `${time(nextSlotAt)}: ${why}`;
}

function headOf({ account, aliases, client, waiting, running, inDoubt }: AccountView): string {
	const also = aliases.length > 0 ? `, also ${aliases.join(', ')}` : '';
	return `${account}${client ? ` (${client})` : ''}${also}  ${waiting} waiting, ${running} running, ${inDoubt} in doubt`;
}

function rows({ served, lastServedAt, username, pace, pacing, headroom, incidents, boards, boardsAt }: AccountView): [string, string][] {
	const { limits, preset } = pacing, ofApp = limits.filter(({ name }) => name.startsWith('app_writes'));
	return [
		['served', served ? `yes${username ? `, as ${username}` : ''}` : lastServedAt ? `not since ${time(lastServedAt)}` : 'never yet'],
		['pace', pace ? `at most ${pace.writesPerMinute} writes a minute${pace.writesPerDay === null ? '' : `, ${pace.writesPerDay} a day`}, ${pace.concurrent} at once${preset === 'own' ? '' : ` (${preset})`}; ${headroom ?? '?'} could start now` : '(no worker has told it)'],
		...(ofApp.length > 0 ? [['app', `${ofApp.map(({ why }) => why).join(' ')} ${Math.min(...ofApp.map(({ left }) => left))} could start now`] as [string, string]] : []),
		['next', nextOf(pacing)],
		...limits.filter((limit) => isSlowed(limit) && limit.why !== pacing.why).map(({ why }): [string, string] => ['slowed', why]),
		...incidents.map((incident): [string, string] => ['held', heldText(incident)]),
		['boards', boardsAt ? `${boards.length}, read ${time(boardsAt)}` : '(not read yet)'],
	];
}
