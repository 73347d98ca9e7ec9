import fc from 'fast-check';
import { ourFailure } from '../../../src/job/classify';
import type { FailureCode } from '../../../src/job/failures';
import type { LeasedJob } from '../../../src/job/job';
import type { LookOutcome, MediaOutcome, Outcome } from '../../../src/job/outcome';

/** How a lease ends; what a lease of the other lane would not end with is read as its likest. */
export interface Ending {
	kind: 'published' | 'refused' | 'unknown' | 'lost' | 'found' | 'alike' | 'absent' | 'ambiguous' | 'contested' | 'unreadable';
	pinId: string;
	code: FailureCode;
	/** Of all dice, in [0, 1). */
	die: number;
}

const CODES: FailureCode[] = ['network_unreachable', 'board_busy', 'board_not_found', 'request_invalid', 'rate_limited', 'token_dead', 'spam_block', 'permit_refused'];

export function someOutcome(pinId: fc.Arbitrary<string>): fc.Arbitrary<Ending> {
	return fc.record({
		kind: fc.constantFrom('published', 'published', 'refused', 'unknown', 'unknown', 'unknown', 'found', 'found', 'alike', 'absent', 'absent', 'ambiguous', 'contested', 'unreadable'),
		pinId, code: fc.constantFrom(...CODES), die: fc.double({ min: 0, max: 0.99, noNaN: true }),
	});
}

/** The outcome with which this lease is settled at `now`. */
export function outcomeOf({ state, phase, upload, lease }: LeasedJob, { kind, pinId, code }: Ending, now: number): Outcome {
	if (kind === 'lost') return { kind: 'lease_lost', afterPermit: lease.sendBy !== null, sendBy: lease.sendBy };
	if (phase === 'media') return stepOutcome(kind, code, upload === null);
	if (state !== 'running') return lookOutcome(kind, pinId, now);
	switch (kind) {
		case 'published': return { kind: 'published', pinId, pinUrl: null, requestId: null, httpStatus: 201 };
		case 'refused':
		case 'absent': return { kind: 'refused', failure: ourFailure(code) };
		case 'unreadable': return lookOutcome(kind, pinId, now);
		default: return { kind: 'unknown', failure: ourFailure('response_timeout') };
	}
}

function stepOutcome(kind: Ending['kind'], code: FailureCode, isFirst: boolean): MediaOutcome {
	if (kind === 'refused') return { kind: 'refused', failure: ourFailure(code) };
	if (kind === 'unreadable') return { kind: 'not_sent', failure: ourFailure('media_processing_failed') };
	if (isFirst) return { kind: 'handed_over', mediaId: '1', sha256: 'c'.repeat(64), bytes: 9 };
	return { kind: kind === 'published' || kind === 'found' ? 'media_ready' : 'processing' };
}

function lookOutcome(kind: Ending['kind'], pinId: string, now: number): LookOutcome {
	const evidence = { at: now, scan: 'complete', pages: 1, candidates: 0, note: '' } as const;
	switch (kind) {
		case 'published':
		case 'found': return { kind: 'found', pinId, pinUrl: null, evidence };
		case 'alike': return { kind: 'found', pinId, pinUrl: null, alike: true, evidence };
		case 'ambiguous': return { kind: 'ambiguous', pinIds: ['1', '2'], evidence };
		case 'contested': return { kind: 'contested', evidence };
		case 'unknown':
		case 'unreadable': return { kind: 'unreadable', failure: ourFailure('scan_incomplete'), evidence: { ...evidence, scan: 'incomplete' } };
		default: return { kind: 'absent', evidence };
	}
}
