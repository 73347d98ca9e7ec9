import { PACE_PRESETS, type PaceSettings, type ServedAccount } from '../../src';
import { refused, textOf } from '../shared/values';

/** Reads one parameter of the node. */
export type Parameter = (name: string, fallback?: unknown) => unknown;

/** Whom a Worker node publishes for, and how fast. */
export function accountOf(parameter: Parameter): Omit<ServedAccount, 'token'> {
	const account = textOf(parameter('account', ''), 'Account Name');
	if (!account) throw refused('Account Name is empty.', 'Give the account a name, for example acme-us, and use the same in Enqueue.');
	const { neverResend = false, pinsPerDay = 0 } = parameter('options', {}) as { neverResend?: boolean; pinsPerDay?: number };
	return { account, client: textOf(parameter('client', ''), 'Client Label'), pace: { ...paceOf(parameter), ...(Number(pinsPerDay) !== 0 && { pinsPerDay: Number(pinsPerDay) }) }, neverResend };
}

export function paceOf(parameter: Parameter): PaceSettings {
	const preset = parameter('pace', 'standard');
	if (preset === 'standard' || preset === 'trial') return { ...PACE_PRESETS[preset] };
	const number = (name: string, fallback: number) => Number(parameter(name, fallback));
	return {
		writesPerMinute: number('writesPerMinute', 100),
		burst: number('burst', 5),
		writesPerDay: number('writesPerDay', 0) || null,
		concurrent: number('concurrent', 2),
		linkGapSeconds: number('linkGapSeconds', 60),
	};
}
