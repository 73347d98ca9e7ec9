import { PinterestJobsEngineApi } from '../../../credentials/PinterestJobsEngineApi.credentials';
import { engineConfigOf } from '../../../nodes/shared/credential';
import { workerFields } from '../../../nodes/PinterestPublishWorker/worker.fields';
import { headerWaitMs } from '../../../src/job/backoff';
import { policyOf, type BackoffRule, type Policy } from '../../../src/job/policy';
import { dayBucket, pinsBucket } from '../../../src/pace/buckets';
import { begun, below, isAlone, rateAt, refused } from '../../../src/pace/learning';
import { PACE_PRESETS, READS_PER_WRITE, USED_SHARE } from '../../../src/pace/presets';
import { table, time } from '../job/markdown';

type Row = [what: string, normally: string, where: string, source: string];

const { standard, trial } = PACE_PRESETS, policy = policyOf();
const HOUR = 3_600_000, MINUTE = 60_000;
const percent = (share: number) => `${Math.round(share * 100)} %`;

/** The name that a person reads of a field; a field that is gone stops the page. */
function fieldIn(fields: readonly { name: string; displayName: string }[], name: string): string {
	const found = fields.find((field) => field.name === name);
	if (!found) throw new Error(`There is no field ${name} any more.`);
	return `*${found.displayName}*`;
}
const worker = (name: keyof typeof standard) => `Worker: ${fieldIn(workerFields, name)}`;
const credential = (name: string) => `credential: ${fieldIn(new PinterestJobsEngineApi().properties, name)}`;
const inCode = (...names: (keyof Policy)[]) => names.map((name) => `\`policy.${name}\``).join(', ');
const OURS = 'ours', FIXED = '(fixed)';

const tries = ({ attempts, baseMs, capMs }: BackoffRule) => `${attempts} times, ${time(baseMs)} to ${time(capMs)} apart`;
const seconds = (all: readonly number[]) => `${all.map((ms) => ms / 1000).join(', ')} s`;
const withoutCount = (rate: number) => refused(null, { at: 0, waitMs: null, sentAt: null, rate }, 100, 1).rate / 100;
/** The first whole minute in which this no longer holds. */
const minutesWhile = (holds: (at: number) => boolean) => Array.from({ length: 60 }, (_, n) => n).find((n) => !holds(n * MINUTE))!;
const first = begun(100, 0, false);

const atPinterest: Row[] = [
	['Writes a minute of an account', `${standard.writesPerMinute}, on trial ${trial.writesPerMinute}; ${percent(USED_SHARE)} of it are used`, worker('writesPerMinute'),
		'Pinterest allows a user of an app 100 writes a minute (quoted in public code); on trial ours'],
	['Writes of an account at once after a quiet time', `${standard.burst}, on trial ${trial.burst}; never more than the unused ${percent(1 - USED_SHARE)} of a minute`, worker('burst'), OURS],
	['Pins of an account under way at once', `${standard.concurrent}, on trial ${trial.concurrent}`, worker('concurrent'), OURS],
	['Pins a day of an account', `no cap; of a cap ${percent(pinsBucket(100, 1).maximum / 100)} at once, the rest spread over the day`, 'Worker: *Most Pins a Day*', OURS],
	['Reads a minute of an account', `${READS_PER_WRITE} for each write: ${standard.writesPerMinute * READS_PER_WRITE}, on trial ${trial.writesPerMinute * READS_PER_WRITE}; ${percent(USED_SHARE)} of it are used`, 'follows the writes',
		'Pinterest\'s headers name 1,000 (seen in public code)'],
	['Writes a day over the whole app', `no limit, on trial ${trial.writesPerDay}; ${percent(dayBucket(trial.writesPerDay, 'write', 1).maximum / trial.writesPerDay)} of it at once, the rest spread over the day. Reads: ${READS_PER_WRITE} for each write`,
		`${credential('appWritesPerDay')}, else ${worker('writesPerDay')}`, 'Pinterest allows an app on trial 300 writes (quoted in public code) and 1,000 calls a day'],
	['Writes a minute over the whole app', `no limit; beside a limit a day ${engineConfigOf({ advanced: true, appWritesPerDay: 1 }).appPace!.writesPerMinute}; ${percent(USED_SHARE)} of it are used`, credential('appWritesPerMinute'), 'what Pinterest has told you'],
	['Pins of a board', `one at a time, ${time(policy.boardGapMs)} after the one before`, inCode('boardGapMs'), OURS],
	['Pins of a link in an account', `${time(standard.linkGapSeconds * 1000)} after the one before`, worker('linkGapSeconds'), 'ours: publishers report blocks, Pinterest names no number'],
	['Jobs of many accounts due at the same minute', `begin within ${time(policy.spreadMs)}`, credential('spreadSeconds'), OURS],
	['Two readings of a board', `${time(policy.scanGapPerPageMs)} apart for each page beyond the first, at most ${time(policy.longestScanGapMs)}`, inCode('scanGapPerPageMs', 'longestScanGapMs'), OURS],
	['The first Pins of an account', `one after the other for ${minutesWhile((at) => isAlone(first, at, 1))} min; at half the pace for ${minutesWhile((at) => rateAt(first, 100, at, 1) < 100)} min where no header names a limit`, FIXED, OURS],
	['A limit that nobody tells', `${percent(below(1))} of what went through in the minute that was refused`, FIXED, OURS],
	['A limit that nobody tells, of calls that nobody counts (reads)', `${percent(withoutCount(100))} of the pace, never below ${percent(withoutCount(1))} of the settings`, FIXED, OURS],
	['Hold after a 429', `as long as its headers say, and up to ${time(headerWaitMs(HOUR, () => 1) - HOUR)} more; else ${time(policy.retryLater.baseMs)} to ${time(policy.retryLater.capMs)}`, inCode('retryLater'), 'Pinterest\'s headers'],
];

const inAJob: Row[] = [
	['Tries of what may be repeated soon', tries(policy.retry), inCode('retry'), OURS],
	['Tries of what needs time', tries(policy.retryLater), inCode('retryLater'), OURS],
	['A job\'s patience after it was due', time(policy.patienceMs), `*Publish Before* of the job, ${inCode('patienceMs')}`, OURS],
	['Time to send a Pin', `${time(policy.sendBudgetMs)}, and ${time(policy.sendBudgetPerMbMs)} for each MB`, inCode('sendBudgetMs', 'sendBudgetPerMbMs'), OURS],
	['Lease of a running job, heartbeat of its worker', `${time(policy.leaseMs)}, ${time(policy.heartbeatMs)}`, inCode('leaseMs', 'heartbeatMs'), OURS],
	['Lost leases before engineering is told', String(policy.poisonLeases), inCode('poisonLeases'), OURS],
	['Looks for a Pin in doubt, after the send', seconds(policy.lookAtMs), inCode('lookAtMs'), OURS],
	['A Pin is absent', `after ${policy.absentScans} complete readings of its board, the last past ${time(policy.horizonMs)}`, inCode('absentScans', 'horizonMs'), 'ours: Pinterest names no lag'],
	['Sends after a Pin was found absent', String(policy.resendsAfterAbsence), `Worker: *Never Send Again by Machine*, ${inCode('resendsAfterAbsence')}`, OURS],
	['Requeues by a machine', `${policy.requeueCap} a job`, inCode('requeueCap'), OURS],
	['A scheduled video is handed over', `${time(policy.videoLeadMs)} ahead`, inCode('videoLeadMs'), OURS],
	['Questions whether a video is ready', `after ${seconds(policy.mediaPollAfterMs)}, then so often; for ${time(policy.mediaBudgetMs)}`, inCode('mediaPollAfterMs', 'mediaBudgetMs'), OURS],
	['A finished job is kept', `${time(policy.retentionMs)}, its key ${time(policy.tombstoneMs)}`, inCode('retentionMs', 'tombstoneMs'), OURS],
];

/** The table of docs/pace.md. */
export function limitsTable(): string {
	return table(['what', 'normally', 'where to change it', 'whose number'], [...atPinterest, ...inAJob]);
}
