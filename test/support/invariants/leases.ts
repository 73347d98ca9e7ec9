// Who may change a job: read from what Redis carried out.
import { CLOCK_MS, type History } from '../history';

/** I13: a job has one lease at a time: it is claimed when nobody holds it, and taken over when its lease has ended. */
export function oneLeaseAJob({ scripts }: History): string[] {
	return (scripts?.leases ?? []).flatMap(({ jobId, at, by, before }) => {
		if (before === null || before.fence === '') return [];
		if (by === 'claim') return [`${jobId} was claimed at ${at} while ${before.fence} held it`];
		const isEarly = by === 'take-over' && before.until > at + CLOCK_MS;
		return isEarly ? [`${jobId} was taken over at ${at}, ${before.until - at} ms before its lease ended`] : [];
	});
}

/** I14: whoever comes with an old fence changes nothing. How often that happened stands in `scripts.stale`. */
export function oldFencesChangeNothing({ scripts }: History): string[] {
	return (scripts?.stale ?? [])
		.filter(({ changed }) => changed)
		.map(({ jobId, at, by, fence, standing }) => `${jobId} was changed at ${at} by ${by} under ${fence} while ${standing} stood`);
}

/** I18: an operation has one effect, however often it is sent; and no two events have one id. */
export function repeatsHaveOneEffect({ scripts, events }: History): string[] {
	const known = new Set<string>();
	return [
		...(scripts?.operations ?? []).filter(({ effects }) => effects > 1).map(({ id, script, asked, effects }) => `${script} ${id} was sent ${asked} times and had ${effects} effects`),
		...events.flatMap(({ id, type }) => {
			const isNew = !known.has(id);
			known.add(id);
			return isNew ? [] : [`${type} ${id} was told twice`];
		}),
	];
}
