import type { EngineError } from '../errors';
import { changeOf } from './change';
import type { Handling, Job } from './job';
import { movedOn, refused, type Actor, type Decided } from './revision';

/** What somebody wants done with a failed job, beside correcting it. */
export type HandlingRequest =
	/** Takes it on, for themselves or in another's name; `takeOver` also from somebody who has it. */
	| { what: 'claim'; owner?: string | null; takeOver?: boolean }
	| { what: 'release' }
	| { what: 'note'; note: string }
	/** Out of sight until then, epoch ms. */
	| { what: 'snooze'; until: number; note?: string | null }
	/** Nothing more is done about it: it leaves its queue, and stays failed. */
	| { what: 'resolve'; note?: string | null };

/** How much of the handling a job keeps; the rest is counted. */
const KEPT = 20;
const LONGEST_NOTE = 500;
const LONGEST_SNOOZE_MS = 90 * 24 * 3600 * 1000;

/** Claims, notes, snoozes or resolves a failure. None of it is a transition: no event, the state stays. */
export function handle(job: Job, request: HandlingRequest, actor: Actor, now: number): Decided {
	const refusal = movedOn(job, actor) ?? refusedHandling(job, request, actor, now);
	if (refusal) return refusal;
	const entry = { at: now, by: actor.by ?? null, note: noteOf(request), until: request.what === 'snooze' ? request.until : null };
	return { change: changeOf(job, { ...afterwards(job, request, actor), ...withEntry(job, { ...entry, what: DONE[request.what] }) }, null), aliases: [] };
}

const DONE = { claim: 'claimed', release: 'released', note: 'noted', snooze: 'snoozed', resolve: 'resolved' } as const;

function afterwards({ queue }: Job, request: HandlingRequest, actor: Actor): Partial<Job> {
	if (queue === null) return {};
	switch (request.what) {
		// Whoever takes it on wants to see it.
		case 'claim': return { queue: { ...queue, owner: request.owner ?? actor.by ?? null, snoozedUntil: null } };
		case 'release': return { queue: { ...queue, owner: null } };
		case 'snooze': return { queue: { ...queue, snoozedUntil: request.until } };
		case 'resolve': return { queue: null, groupKey: null };
		case 'note': return {};
	}
}

function withEntry(job: Job, entry: Handling): Pick<Job, 'handling' | 'handlingCut'> {
	const all = [...job.handling, entry];
	const cut = Math.max(0, all.length - KEPT);
	return { handling: all.slice(cut), handlingCut: job.handlingCut + cut };
}

function noteOf(request: HandlingRequest): string | null {
	return 'note' in request && request.note ? request.note.trim() || null : null;
}

function refusedHandling(job: Job, request: HandlingRequest, actor: Actor, now: number): EngineError | null {
	if (job.queue === null) return refused(job, 'failure_not_open', job.state === 'failed' ? 'Somebody has resolved it already.' : `The job is ${job.state}.`);
	if (noteOf(request) !== null && [...noteOf(request)!].length > LONGEST_NOTE) {
		return refused(job, 'invalid_request', `Shorten it to at most ${LONGEST_NOTE} characters; a ticket's address says more.`, { field: 'note', message: 'The note is too long.' });
	}
	switch (request.what) {
		case 'claim': return refusedClaim(job, request, actor);
		case 'release': return null;
		case 'note': return noteOf(request) === null ? refused(job, 'invalid_request', 'Write what the next person should know.', { field: 'note', message: 'The note is empty.' }) : null;
		case 'snooze': return refusedSnooze(job, request.until, now);
		case 'resolve': return job.inDoubt ? refused(job, 'job_in_doubt', 'A Pin may exist: give a verdict with Resolve Unknown instead; Abandon closes it.') : null;
	}
}

function refusedClaim(job: Job, { owner, takeOver }: { owner?: string | null; takeOver?: boolean }, actor: Actor): EngineError | null {
	const has = job.queue?.owner ?? null, wants = owner ?? actor.by ?? null;
	if (wants === null) return refused(job, 'invalid_request', 'Say who takes it on.', { field: 'doneBy', message: 'Nobody is named.' });
	if (has === null || has === wants || takeOver) return null;
	return refused(job, 'already_claimed', `Talk to ${has}, or take it over.`, { owner: has, message: `${has} has claimed this failure.` });
}

function refusedSnooze(job: Job, until: number, now: number): EngineError | null {
	if (until > now && until <= now + LONGEST_SNOOZE_MS) return null;
	return refused(job, 'invalid_request', 'Choose a time from now on, within 90 days.', { field: 'until', message: until > now ? 'That is more than 90 days away.' : 'That time is over.' });
}
