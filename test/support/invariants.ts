import type { History } from './history';
import * as delivery from './invariants/delivery';
import * as leases from './invariants/leases';
import * as pacing from './invariants/pacing';
import * as records from './invariants/records';
import * as sending from './invariants/sending';
import * as transitions from './invariants/transitions';

/**
 * Every invariant a run is judged by: a function that answers what contradicts it. The numbers are those of the
 * reliability notes, section 3.2; each function says its own. What a run must record is said in `History`.
 *
 *   I1  nothingAcknowledgedIsLost, indexesAgree         I2  everyJobEnds
 *   I3  noDoublePin                                     I4  succeededMeansPin
 *   I5  failedMeansNoPin                                I6  oneJobAKey
 *   I7  onlyKnownEdges                                  I8  onlyKnownEdges, requeueKeepsTheKey
 *   I9  indexesAgree, eventsHaveNoGaps                  I10 eventsHaveNoGaps
 *   I11 eventsRebuildJobs                               I12 attemptsAreCounted
 *   I13 oneLeaseAJob, indexesAgree                      I14 oldFencesChangeNothing
 *   I15 everyPostHasItsPermit, onePermitARun            I16 sentAgainOnlyWhenAbsent
 *   I17 leasesAreTakenOver                              I18 repeatsHaveOneEffect
 *   I19 accountsArePaced, boardsArePaced                I20 nothingIsSentUnderAHold, pinterestIsWaitedFor
 *   I21 noAccountStarves, togetherInOrder               I22 nothingBeginsEarly, delaysFollowTheirRule, retriesAreSpread
 *   I23 failuresHaveOneQueue                            I24 nothingIsSentAfterItFailed, refusedIsNotSentAgain
 *   I25 requeueKeepsTheKey, noDoublePin                 I30 noSecretIsKept
 *   hygiene: everyKeyIsBounded, nothingIsLeftAtWork
 *
 * I26 to I29 speak of deliveries and have their tests in test/integration/webhook and test/e2e. That a namespace is closed to
 * the user of another one (I30) is in topologies.test.ts.
 */
export const INVARIANTS = {
	...delivery, ...transitions, ...leases, ...sending, ...pacing, ...records,
} satisfies Record<string, (history: History) => string[] | Promise<string[]>>;

export type InvariantName = keyof typeof INVARIANTS;

/** What an invariant reads that a history may lack. */
const READS: Partial<Record<InvariantName, keyof History>> = {
	oneLeaseAJob: 'scripts', oldFencesChangeNothing: 'scripts', repeatsHaveOneEffect: 'scripts', pinterestIsWaitedFor: 'limited',
};

/** What contradicts each invariant; only those that are contradicted. */
export async function violationsOf(history: History): Promise<Partial<Record<InvariantName, string[]>>> {
	const found: Partial<Record<InvariantName, string[]>> = {};
	for (const [name, invariant] of Object.entries(INVARIANTS)) {
		const wrong = await invariant(history);
		if (wrong.length > 0) found[name as InvariantName] = wrong;
	}
	return found;
}

/** The invariants that this history says nothing of, since it did not record what they read. */
export function uncheckedIn(history: History): InvariantName[] {
	return (Object.keys(READS) as InvariantName[]).filter((name) => history[READS[name]!] === undefined);
}
