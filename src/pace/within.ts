/** The answer, or a rejection after `ms`: a command whose connection broke may never be answered. */
export function within<T>(ms: number, answer: Promise<T>): Promise<T> {
	return new Promise((resolve, reject) => {
		const timer = setTimeout(() => reject(new Error(`Redis did not answer within ${ms} ms.`)), ms);
		answer.then(resolve, reject).finally(() => clearTimeout(timer));
	});
}

/** Resolves when all of it has ended, and after `ms` in any case. */
export async function atMost(ms: number, ends: Promise<void>[]): Promise<void> {
	let timer: NodeJS.Timeout | undefined;
	await Promise.race([Promise.all(ends), new Promise((resolve) => (timer = setTimeout(resolve, ms)))]);
	clearTimeout(timer);
}
