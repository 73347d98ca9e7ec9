interface Counts {
	rows: number;
	jobs: number;
	succeeded: number;
	recovered: number;
	failed: Record<string, number>;
	shouldFail: number;
	held: Array<{ account: string; kind: string; ms: number }>;
	faults: Record<string, number>;
	unmet: Array<{ fault: string; link: string }>;
	double: number;
	missing: number;
	unexpected: number;
	events: { sent: number; received: number; executions: number };
}
type Again = Array<{ title: string; existing: number; of: number }>;

/** What is wrong with these counts, in sentences; none when all is well. `again` are the runs that repeated the sheet. */
export function complaints(counts: Counts, again: Again): string[];
/** The counts as a table to read. */
export function table(counts: Counts, again: Again): string;
