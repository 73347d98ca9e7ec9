// What reached Pinterest, against what was allowed to.
import { isJobEvent } from '../../../src/job/event';
import { APP } from '../../../src/job/hold';
import { CLOCK_MS, eventsByJob, grouped, groupOf, type History } from '../history';

/** I15: every request for a Pin used up a permit of its own, between its being given and its send deadline. */
export function everyPostHasItsPermit({ posts, permits, jobs }: History): string[] {
	const groups = new Map(jobs.map((job) => [job.id, groupOf(job)]));
	const free = grouped([...permits], ({ jobId }) => groups.get(jobId) ?? '');
	return [...posts].sort((a, b) => a.at - b.at).flatMap((post) => {
		const fitting = (free.get(post.group) ?? [])
			.filter(({ at, sendBy }) => at <= post.at + CLOCK_MS && post.earliest <= sendBy + CLOCK_MS)
			.sort((a, b) => a.sendBy - b.sendBy)[0];
		if (!fitting) return [`${post.group} was sent at ${post.at} without a permit`];
		free.set(post.group, free.get(post.group)!.filter((permit) => permit !== fitting));
		return [];
	});
}

/** A permit is given only while the job runs, once a run. */
export function onePermitARun(history: History): string[] {
	const events = eventsByJob(history);
	return [...grouped(history.permits, ({ jobId }) => jobId)].flatMap(([jobId, permits]) => {
		const used = new Set<number>();
		return permits.flatMap(({ at }) => {
			const before = (events.get(jobId) ?? []).filter((event) => event.at <= at + CLOCK_MS);
			// Within one millisecond the order is not known: the run that began last counts.
			const run = before.findLast(({ snapshot, at: began }, i) => snapshot.state === 'running' && (before[i + 1]?.at ?? Infinity) >= at - CLOCK_MS && began <= at + CLOCK_MS);
			if (!run) return [`${jobId} was permitted at ${at} while it was ${before.at(-1)?.snapshot.state}`];
			if (used.has(run.seq)) return [`${jobId} was permitted twice in the run that began with event ${run.seq}`];
			used.add(run.seq);
			return [];
		});
	});
}

/** I24: what was routed to a person or stopped is not sent again before somebody requeued it: no permit, and no request either. */
export function nothingIsSentAfterItFailed(history: History): string[] {
	const permits = grouped(history.permits, ({ jobId }) => jobId);
	const jobs = new Map(history.jobs.map((job) => [job.id, job]));
	const twins = grouped(history.jobs, groupOf);
	// Of twins, and of a job in doubt, a late request may be the one that nobody knew of.
	const postsOf = (jobId: string) => {
		const job = jobs.get(jobId);
		return job && twins.get(groupOf(job))?.length === 1 ? history.posts.filter(({ group }) => group === groupOf(job)) : [];
	};
	return [...eventsByJob(history)].flatMap(([jobId, events]) => events.flatMap((event, i) => {
		const { state, inDoubt, mayExist, attemptHistory } = event.snapshot;
		if (state !== 'failed') return [];
		const until = events[i + 1]?.at ?? Infinity;
		// Of what may have been at more than one instant, all of them lie between the two: a request may leave within milliseconds of its requeue.
		const isBetween = (earliest: number, at: number) => earliest > event.at + CLOCK_MS && at < until - CLOCK_MS;
		const isSure = !inDoubt && !mayExist && attemptHistory?.every(({ outcome }) => outcome !== 'unknown');
		return [
			...(permits.get(jobId) ?? []).filter(({ at }) => isBetween(at, at)).map(({ at }) => `${jobId} failed at ${event.at} and was permitted at ${at}`),
			...(isSure ? postsOf(jobId) : []).filter(({ earliest, at }) => isBetween(earliest, at)).map(({ at }) => `${jobId} failed at ${event.at} and was sent at ${at}`),
		];
	}));
}

/** I20: under a hold nothing is permitted for the account. */
export function nothingIsSentUnderAHold(history: History): string[] {
	const accounts = new Map(history.jobs.map(({ id, account }) => [id, account]));
	const changes = history.events.filter((event) => !isJobEvent(event) && event.type.startsWith('account.'));
	return changes.flatMap((held) => {
		if (isJobEvent(held) || held.type !== 'account.held') return [];
		const { kind, until } = held.incident as { kind: string; until: number | null };
		const released = changes.find((event) => !isJobEvent(event) && event.type === 'account.released' && event.account === held.account && event.incident.kind === kind && event.at >= held.at);
		// Its end may have been moved later meanwhile; it ends at the earliest as it was told first.
		const end = Math.min(until ?? Infinity, released?.at ?? Infinity);
		return history.permits
			.filter(({ jobId, at }) => [accounts.get(jobId), APP].includes(held.account) && at > held.at + CLOCK_MS && at < end - CLOCK_MS)
			.map(({ jobId, at }) => `${jobId} was permitted at ${at} although ${held.account} was held (${kind}) from ${held.at} to ${end}`);
	});
}
