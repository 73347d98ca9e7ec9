import { checkPace, refusal, type PaceSettings } from '../config';
import { isEngineError } from '../errors';
import { APP_DEFAULTS, PACE_PRESETS, presetOf } from '../pace/presets';
import type { SecretAccount } from './secret-file';

/** What the pace of an account may have, and what that of the app: how many calls of one account are under way is no matter of the app's. */
const OF_ACCOUNT = ['writesPerMinute', 'burst', 'writesPerDay', 'pinsPerDay', 'concurrent', 'linkGapSeconds'];
const OF_APP = ['writesPerMinute', 'burst', 'writesPerDay'];
const PRESETS = Object.keys(PACE_PRESETS).map((name) => `"${name}"`).join(' or ');

/** What own limits of an account are beside the writes a minute, which have to be named. */
const OWN_DEFAULTS = { burst: 5, writesPerDay: null, concurrent: 2 };

/** The pace of an account of the secret file; `invalid_config` says what of it makes no sense. */
export function paceOf({ account, pace = 'standard', pinsPerDay }: SecretAccount): PaceSettings {
	const where = `The pace of ${account}`;
	if (typeof pace === 'string' && !(pace in PACE_PRESETS)) throw refusal(`${where} is "${String(pace)}".`, `Write ${PRESETS}, or an object with ${OF_ACCOUNT.join(', ')}.`);
	const own = typeof pace === 'string' ? presetOf(pace) : { ...OWN_DEFAULTS, ...fieldsOf(pace, OF_ACCOUNT, where) };
	return checked({ ...own, ...(pinsPerDay !== undefined && { pinsPerDay }) } as PaceSettings, where);
}

/** The limits over the whole app that the secret file names; undefined when it names none. */
export function appPaceOf(given: unknown): PaceSettings | undefined {
	if (given === undefined || given === null) return undefined;
	return checked({ ...APP_DEFAULTS, ...fieldsOf(given, OF_APP, 'appPace') }, 'appPace');
}

function fieldsOf(given: unknown, known: readonly string[], where: string): Record<string, unknown> {
	if (typeof given !== 'object' || given === null || Array.isArray(given)) throw refusal(`${where} is no object.`, `Write an object with ${known.join(', ')}.`);
	const strange = Object.keys(given).find((name) => !known.includes(name));
	if (strange !== undefined) throw refusal(`${where} has no field "${strange}".`, `Its fields are ${known.join(', ')}.`);
	return given as Record<string, unknown>;
}

function checked(pace: PaceSettings, where: string): PaceSettings {
	try {
		checkPace(pace);
		return pace;
	} catch (error) {
		if (!isEngineError(error)) throw error;
		throw refusal(`${where}: ${error.message}`, error.hint ?? '');
	}
}
