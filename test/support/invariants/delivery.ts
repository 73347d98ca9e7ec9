// What was asked for and what exists. Numbers are those of the invariants in the reliability notes.
import { endOf, grouped, groupOf, membersOf, type History } from '../history';

/** I3: of each content there are at most as many Pins as keys asked for it. */
export function noDoublePin({ plan, pins }: History): string[] {
	const keys = grouped([...plan], ([, group]) => group);
	return [...grouped(pins, ({ group }) => group)].flatMap(([group, made]) => {
		const wanted = keys.get(group)?.length ?? 0;
		return made.length > wanted ? [`${group} has ${made.length} Pins (${made.map(({ id }) => id).join()}) for ${wanted} keys`] : [];
	});
}

/** I1: every acknowledged job is in exactly one state, in the index of that state. */
export function nothingAcknowledgedIsLost(history: History): string[] {
	const { values } = endOf(history);
	const states = Object.entries(values).filter(([name]) => name.startsWith('state:'));
	const acknowledged = new Set(history.calls.flatMap(({ jobId }) => (jobId ? [jobId] : [])));
	const records = new Map(history.jobs.map((job) => [job.id, job]));
	return [...acknowledged].flatMap((id) => {
		const job = records.get(id);
		if (!job) return [`${id} was acknowledged and is gone`];
		const found = states.filter(([, index]) => membersOf(index).some(({ member }) => member === id)).map(([name]) => name.slice(6));
		return found.length === 1 && found[0] === job.state ? [] : [`${id} is ${job.state} and listed under ${found.join() || 'nothing'}`];
	});
}

/** I2: every acknowledged job has ended, or its account stands under a hold that names why it waits. */
export function everyJobEnds(history: History): string[] {
	const { values } = endOf(history);
	const isHeld = (account: string) => [account, '@app'].some((name) => Object.keys((values[`holds:${name}`] ?? {}) as object).length > 0);
	return history.jobs
		.filter(({ state, account }) => ['queued', 'running', 'retry_scheduled'].includes(state) && !isHeld(account))
		.map(({ id, state, phase, dueAt }) => `${id} is still ${state} ${phase ?? ''} (due ${dueAt}) and nothing says why`);
}

/** I4: a succeeded job has a Pin of its own, with its content, on its board and account. */
export function succeededMeansPin({ jobs, pins }: History): string[] {
	const made = new Map(pins.map((pin) => [pin.id, pin]));
	const owners = new Map<string, string>();
	return jobs.filter(({ state }) => state === 'succeeded').flatMap((job) => {
		const pin = made.get(job.pinId ?? '');
		if (!pin) return [`${job.id} succeeded with Pin ${job.pinId}, which does not exist`];
		const { boardId, sectionId } = job.content;
		const fits = pin.group === groupOf(job) && pin.account === job.account && pin.board === boardId && pin.section === sectionId;
		const other = owners.get(pin.id);
		owners.set(pin.id, job.id);
		return [
			...(fits ? [] : [`${job.id} succeeded with Pin ${pin.id}, which is of ${pin.group} on ${pin.board}`]),
			...(other ? [`${other} and ${job.id} succeeded with the same Pin ${pin.id}`] : []),
		];
	});
}

/** I5: a failed job has no Pin, unless it says itself that one may exist. */
export function failedMeansNoPin({ jobs, pins }: History): string[] {
	const made = grouped(pins, ({ group }) => group);
	return [...grouped(jobs, groupOf)].flatMap(([group, twins]) => {
		const owned = twins.filter(({ state }) => state === 'succeeded').length;
		const unsure = twins.filter(({ inDoubt, mayExist }) => inDoubt !== null || mayExist).length;
		const spare = (made.get(group)?.length ?? 0) - owned;
		return spare > unsure ? [`${group} has ${spare} Pins that no job owns (${twins.map(({ id, state }) => `${id} ${state}`).join()})`] : [];
	});
}

/** I6: a key names one job, however often it is enqueued and whichever answers were lost. */
export function oneJobAKey({ calls, jobs, plan }: History): string[] {
	const wrong = [...grouped(calls, ({ key }) => key)].flatMap(([key, ofKey]) => {
		const ids = new Set(ofKey.flatMap(({ jobId }) => (jobId ? [jobId] : [])));
		const created = ofKey.filter(({ answer }) => answer === 'created').length;
		return ids.size > 1 || created > 1 ? [`${key} named ${[...ids].join()} and was created ${created} times`] : [];
	});
	return jobs.length > plan.size ? [...wrong, `${plan.size} keys made ${jobs.length} jobs`] : wrong;
}
