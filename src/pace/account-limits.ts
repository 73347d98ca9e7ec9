import type { PaceSettings } from '../config';
import { clock, type LimitName, type PacingLimit } from '../job/account-pacing';
import { APP } from '../job/hold';
import { bucketsFor, CALL_KINDS, laneName, pinsLaneName, type Bucket, type CallKind, type Paces } from './buckets';
import { holdingOf, type Kept } from './headroom';
import { below, isAlone, rateAt } from './learning';
import { NOTHING_KNOWN, steered, targetOf, type Known } from './limits';
import { PACE_PRESETS, READS_PER_WRITE, USED_SHARE, type PacePreset } from './presets';
import type { Remembered } from './steering';

/** How an account is paced, as its workers reported and learned it. */
export interface PacedAccount {
	account: string;
	pace: PaceSettings;
	appPace: PaceSettings | null;
	known: Remembered;
}

interface Terms {
	/** Epoch ms of Redis. */
	now: number;
	timeFactor: number;
}

type Force = Pick<PacingLimit, 'paceNow' | 'because' | 'why'>;

/** A bucket and what it limits. */
interface Drawn {
	name: LimitName;
	kind: CallKind;
	bucketName: string;
	bucket: Bucket;
}

/** The buckets that calls of the account draw from, as Bottleneck's records are named. */
export function bucketNamesOf(account: PacedAccount, terms: Terms): string[] {
	return drawn(account, terms).map(({ bucketName }) => bucketName);
}

/** Every limit that the account's calls keep to, with what its bucket holds now. */
export function limitsOf(account: PacedAccount, kept: Map<string, Kept>, terms: Terms): PacingLimit[] {
	return drawn(account, terms).map(({ name, kind, bucketName, bucket }) => {
		const { slots, nextAt, fullAt } = holdingOf(kept.get(bucketName), bucket, terms.now);
		const configured = configuredOf(account, name) * (kind === 'read' ? READS_PER_WRITE : 1), pace = name.endsWith('_day') ? configured : rounded(configured * USED_SHARE);
		const isOwn = bucketName === laneName(account.account, kind);
		const force = (isOwn && steeredForce(account, kind, pace, terms)) || asConfigured(name, configured, pace);
		return { name, configured, pace, ...force, left: slots, most: Math.min(bucket.maximum, bucket.concurrent ?? Infinity), nextAt, fullAt };
	});
}

/** Whose numbers these settings are: those of a preset, or own ones. */
export function presetNameOf(pace: PaceSettings): PacePreset | 'own' {
	const isSame = (preset: PacePreset) => (Object.keys(PACE_PRESETS[preset]) as (keyof PaceSettings)[]).every((name) => PACE_PRESETS[preset][name as keyof typeof PACE_PRESETS[PacePreset]] === pace[name]);
	return (Object.keys(PACE_PRESETS) as PacePreset[]).find(isSame) ?? 'own';
}

function drawn({ account, pace, appPace, known }: PacedAccount, { now, timeFactor }: Terms): Drawn[] {
	const of: Paces['of'] = (who) => (who === APP ? appPace : pace);
	return CALL_KINDS.flatMap((kind) => bucketsFor(account, kind, {
		of, timeFactor, steered: (own) => steered(own, kind, known[kind] ?? NOTHING_KNOWN, { now, timeFactor }),
	}).map(([bucketName, bucket]) => ({ name: nameOf(bucketName, account, kind), kind, bucketName, bucket })));
}

function nameOf(bucketName: string, account: string, kind: CallKind): LimitName {
	if (bucketName === pinsLaneName(account)) return 'pins_day';
	const own = laneName(account, kind), calls = kind === 'write' ? 'writes' : 'reads';
	if (bucketName === own) return calls;
	return bucketName === laneName(APP, kind) ? `app_${calls}` : `app_${calls}_day`;
}

/** Writes or Pins that the settings name. */
function configuredOf({ pace, appPace }: PacedAccount, name: LimitName): number {
	if (name === 'pins_day') return pace.pinsPerDay!;
	if (name.endsWith('_day')) return (appPace?.writesPerDay ?? pace.writesPerDay)!;
	return name.startsWith('app_') ? appPace!.writesPerMinute : pace.writesPerMinute;
}

function asConfigured(name: LimitName, configured: number, pace: number): Force {
	const calls = name.includes('reads') ? 'reads' : name === 'pins_day' ? 'Pins' : 'writes', over = name.startsWith('app_') ? ' over the whole app' : '';
	const why = name.endsWith('_day') ? `${pace} ${calls} a day${over}.` : `${pace} ${calls} a minute${over}: ${USED_SHARE * 100} % of ${configured}.`;
	return { paceNow: pace, because: 'configured', why };
}

/** What was heard of the account's own limit, where that leaves less than the settings; else null. */
function steeredForce({ pace: settings, known }: PacedAccount, kind: CallKind, pace: number, { now, timeFactor }: Terms): Force | null {
	const { told, learned }: Known = known[kind] ?? NOTHING_KNOWN, calls = `${kind}s a minute`;
	const target = targetOf(settings, kind, told, timeFactor), rate = rateAt(learned, target, now, timeFactor);
	const paceNow = Math.min(pace, rounded(rate)), at = learned?.refusedAt ?? now;
	if (learned?.ceiling != null && rate < target) {
		const ceiling = rounded(learned.ceiling);
		if (rate < below(learned.ceiling)) return { paceNow, because: 'slowed', why: `Slowed to ${paceNow} ${calls} by a 429 at ${clock(at, now)}; it comes back to ${rounded(below(ceiling))} by itself.` };
		return { paceNow, because: 'learned', why: `Slowed to ${paceNow} ${calls}: Pinterest refused at ${ceiling} (429 at ${clock(at, now)}).` };
	}
	if (rate < target || isAlone(learned, now, timeFactor)) return { paceNow, because: 'beginning', why: `Begins with care: ${paceNow} ${calls}, one after the other.` };
	if (target < targetOf(settings, kind, null, timeFactor)) return { paceNow, because: 'told', why: `Slowed to ${paceNow} ${calls}: Pinterest's headers name ${rounded(told!)}.` };
	return null;
}

function rounded(calls: number): number {
	return Math.round(calls * 10) / 10;
}
