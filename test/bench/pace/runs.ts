import { setTimeout as sleep } from 'node:timers/promises';
import type { PaceSettings } from '../../../src';
import { PACE_PRESETS } from '../../../src/pace/presets';
import { changeFigures, hourVerdict, type HourVerdict } from './judge';
import type { Figure } from '../figure';
import { PaceRig, type RigOptions } from './rig';

export interface HourWish extends Pick<RigOptions, 'redis' | 'namespace' | 'timeFactor' | 'accounts'> {
	pinsEach: number;
	perMinute: number;
	/** Whether the settings name the limit. */
	isKnown: boolean;
}

/** So many Pins of each account are due in one second; a contender other than the engine publishes them itself, and answers when they were due. */
export async function hour(wish: HourWish, contender: (rig: PaceRig) => Promise<number> = (rig) => byEngine(rig, wish)): Promise<HourVerdict> {
	const { accounts, pinsEach, perMinute } = wish;
	const rig = await PaceRig.start({ ...wish, boards: 4, hidden: perMinute });
	try {
		const dueAt = await contender(rig);
		return hourVerdict({ accounts, pinsEach, perMinute, minuteMs: rig.minuteMs, dueAt, calls: rig.calls() });
	} finally {
		await rig.end();
	}
}

async function byEngine(rig: PaceRig, { accounts, pinsEach, perMinute, isKnown }: HourWish): Promise<number> {
	const dueAt = rig.nextMinute();
	const pace: PaceSettings = { ...PACE_PRESETS.standard, ...(isKnown && { writesPerMinute: perMinute }) };
	await rig.enqueue(pinsEach, dueAt);
	await rig.worker(pace);
	const areAll = await rig.published(accounts * pinsEach, dueAt - Date.now() + 2 * (pinsEach / perMinute) * rig.minuteMs);
	if (!areAll) for (const line of await rig.unpublished()) console.log(`Not published: ${line}`);
	return dueAt;
}

export interface ChangeWish extends Pick<RigOptions, 'redis' | 'namespace' | 'timeFactor' | 'accounts'> {
	before: number;
	after: number;
	/** How long each stands, minutes of the sandbox. */
	minutes: [before: number, after: number, again: number];
}

/** The hidden limit falls and rises again under two workers that never lack work. */
export async function change({ before, after, minutes: [first, second, third], accounts, ...wish }: ChangeWish): Promise<Figure[]> {
	const rig = await PaceRig.start({ ...wish, accounts, boards: 8, hidden: before });
	try {
		await rig.enqueue(Math.ceil(1.1 * before * (first + second + third)), Date.now());
		for (const _ of [1, 2]) await rig.worker(PACE_PRESETS.standard);
		await sleep(first * rig.minuteMs);
		const fellAt = Date.now();
		rig.hide(after);
		await sleep(second * rig.minuteMs);
		const roseAt = Date.now();
		rig.hide(before);
		await sleep(third * rig.minuteMs);
		return changeFigures({ calls: rig.calls(), accounts, minuteMs: rig.minuteMs, before, after, fellAt, roseAt, endedAt: Date.now() });
	} finally {
		await rig.end();
	}
}
