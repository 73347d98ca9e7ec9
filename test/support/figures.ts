/** Says what a test has measured, beside its verdict. */
export function figures(title: string, numbers: Record<string, number | string>): void {
	process.stderr.write(`${title}: ${Object.entries(numbers).map(([name, value]) => `${name} ${value}`).join(', ')}\n`);
}
