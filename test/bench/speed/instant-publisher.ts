import { ourFailure } from '../../../src/job/classify';
import type { LookOutcome } from '../../../src/job/outcome';
import type { Publisher } from '../../../src/publish/contract';
import type { Told } from './contender';

/** Sent with every permit, as the real one does; ms. */
const SEND_BUDGET_MS = 20_000;

/**
 * A publisher that does all that the real one does with the engine, and instead of the call to Pinterest nothing: it looks at the token,
 * asks for the permit and says "published". What it published it finds again. `checked` is told of each account whose token was looked at.
 */
export function instantPublisher(told: Pick<Told, 'begins' | 'sends'>, checked: (account: string) => void): Publisher {
	const pins = new Map<string, string>();
	const never = () => Promise.reject(new Error('There are no videos in this bench.'));
	const lookFor = (source: string): LookOutcome => {
		const pinId = pins.get(source);
		const evidence = { at: Date.now(), scan: 'complete' as const, pages: 1, candidates: pinId ? 1 : 0, note: '' };
		return pinId ? { kind: 'found', pinId, pinUrl: null, evidence } : { kind: 'absent', evidence };
	};
	return {
		publish: async (job, { token, trusts, permit }) => {
			told.begins(job.source!);
			const isGood = await trusts?.(await token.current());
			const grant = isGood === false ? null : await permit(SEND_BUDGET_MS);
			if (!grant) return { kind: 'not_sent', failure: ourFailure('permit_refused') };
			await told.sends(job.source!);
			const pinId = `${process.pid}${String(pins.size).padStart(10, '0')}`;
			pins.set(job.source!, pinId);
			return { kind: 'published', pinId, pinUrl: null, requestId: null, httpStatus: 201 };
		},
		look: (jobs) => Promise.resolve({ pages: 1, outcomes: new Map(jobs.map(({ id, source }) => [id, lookFor(source!)])) }),
		check: async (token) => {
			const { value } = await token.current();
			checked(value);
			return { ok: true, user: { id: value, username: value, accountType: null } };
		},
		boards: () => Promise.resolve([]),
		skewMs: () => null,
		handOver: never, mediaStatus: never,
	};
}
