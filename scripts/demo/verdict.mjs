/** What is wrong with these counts, in sentences; none when all is well. `again` are the runs that repeated the sheet. */
export function complaints(counts, again) {
	const { rows, jobs, succeeded, shouldFail, failed, double, missing, unexpected, unmet, events } = counts;
	const failures = Object.values(failed).reduce((sum, count) => sum + count, 0);
	const checks = [
		[double === 0, `${double} Pins are double.`],
		[missing === 0, `${missing} Pins are missing.`],
		[unexpected === 0, `${unexpected} Pins were asked for by nobody.`],
		[jobs === rows, `${rows} rows gave ${jobs} jobs.`],
		[succeeded + failures === jobs, `${jobs - succeeded - failures} jobs are neither published nor in a failure queue.`],
		[failures === shouldFail, `${failures} jobs failed, and ${shouldFail} should have.`],
		[events.received === events.sent, `${events.sent} events were sent and ${events.received} received.`],
		[events.executions === events.received, `${events.received} events started ${events.executions} executions.`],
		...unmet.map(({ fault, link }) => [false, `The fault ${fault} for ${link} never struck: this run does not show what comes of it.`]),
		...again.map(({ title, existing, of }) => [existing === of, `${title}: ${existing} of ${of} rows had their job.`]),
	];
	return checks.filter(([isWell]) => !isWell).map(([, sentence]) => sentence);
}

/** The counts as a table to read. */
export function table(counts, again) {
	const { jobs, succeeded, recovered, failed, held, faults, double, missing, events } = counts;
	const list = (object) => Object.entries(object).map(([name, count]) => `${count} × ${name}`).join(', ') || 'none';
	const rows = [
		['Faults met', list(faults)],
		['Jobs', jobs],
		['Succeeded', succeeded],
		['  of these recovered', `${recovered} (the answer was lost, the Pin was found)`],
		['Failed, by queue', list(failed)],
		['Held', holds(held)],
		['Double Pins', double],
		['Missing Pins', missing],
		['Events sent / received / executions', `${events.sent} / ${events.received} / ${events.executions}`],
		...again.map(({ title, existing, of }) => [title, `${existing} of ${of} existing`]),
	];
	const width = Math.max(...rows.map(([name]) => name.length));
	return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join('\n');
}

function holds(held) {
	// Map.groupBy is not in Node 20.
	const byCause = new Map();
	for (const hold of held) byCause.set(causeOf(hold), [...(byCause.get(causeOf(hold)) ?? []), hold]);
	return [...byCause].map(([cause, all]) => `${cause}${all.length > 1 ? ` × ${all.length}` : ''} (${seconds(all)})`).join(', ') || 'none';
}

const causeOf = ({ account, kind }) => `${account} ${kind}`;
const seconds = (all) => `${(all.reduce((sum, { ms }) => sum + ms, 0) / 1000).toFixed(1)} s`;
