import { eventsByJob, groupOf, type History } from '../../support/history';
import { historyOf } from './judge';
import type { Recording } from './recording';

const MOST_JOBS = 5;
/** What happened to all is told when it happened this near, ms. */
const AROUND_MS = 3000;

/** Everything that is known of the jobs which these sentences speak of, in its order, so that a person can find the bug. */
export function timelinesOf(recording: Recording, violations: Record<string, string[]>): string {
	const history = historyOf(recording);
	const told = Object.values(violations).flat().join('\n');
	const named = history.jobs.filter((job) => names(told, job.id) || names(told, groupOf(job)) || names(told, keyOf(history, job.id)));
	return named.slice(0, MOST_JOBS).map((job) => timelineOf(history, recording, job.id)).join('\n\n');
}

function timelineOf(history: History, { cuts, clock }: Recording, jobId: string): string {
	const job = history.jobs.find(({ id }) => id === jobId)!;
	const group = groupOf(job);
	const own: [at: number, what: string][] = [
		...(eventsByJob(history).get(jobId) ?? []).map(({ at, seq, type, snapshot }): [number, string] =>
			[at, `event ${seq} ${type}, ${snapshot.state} ${snapshot.phase ?? ''} ${snapshot.lastError?.code ?? ''} in doubt: ${JSON.stringify(snapshot.inDoubt)}`]),
		...history.permits.filter((permit) => permit.jobId === jobId).map(({ at, sendBy }): [number, string] => [at, `permit to send by ${sendBy}`]),
		...(history.scripts?.leases ?? []).filter((change) => change.jobId === jobId).map(({ at, by, fence, until }): [number, string] => [at, `${by}: lease ${fence} until ${until}`]),
		...history.posts.filter((post) => post.group === group).map(({ at }): [number, string] => [at, 'request reached Pinterest (twins included)']),
		...history.logs.filter((line) => line.includes(jobId)).map((line): [number, string] => [Date.parse((JSON.parse(line) as { ts: string }).ts), `log ${line}`]),
	];
	const around: [at: number, what: string][] = [
		...cuts.flatMap(({ what, from, at, upAt }): [number, string][] => [[from, `(from here on Redis may forget: ${what})`], [at, '(Redis is gone)'], [upAt, '(Redis is back)']]),
		...clock.filter(({ offsetMs }) => offsetMs !== 0).map(({ at, offsetMs }): [number, string] => [at, `(clock ${offsetMs} ms ahead)`]),
	];
	const lines = [...own, ...around.filter(([at]) => own.some(([other]) => Math.abs(at - other) < AROUND_MS))];
	const pins = history.pins.filter((pin) => pin.group === group).map(({ id }) => id).join() || 'none';
	const twins = history.jobs.filter((other) => groupOf(other) === group && other.id !== jobId).map(({ id, state, pinId }) => `${id} (${state} ${pinId})`).join() || 'none';
	return [
		`${jobId} (${keyOf(history, jobId)}) ${group}: ${job.state}, Pin ${job.pinId}, recovered ${job.recovered}; Pins there: ${pins}; twins: ${twins}`,
		...lines.sort(([a], [b]) => a - b).map(([at, what]) => `  ${at} ${what}`),
	].join('\n');
}

const keyOf = ({ calls }: History, jobId: string): string => calls.find((call) => call.jobId === jobId)?.key ?? '';

function names(text: string, name: string): boolean {
	const at = name === '' ? -1 : text.indexOf(name);
	return at >= 0 && !/\w/.test(text[at + name.length] ?? '');
}
