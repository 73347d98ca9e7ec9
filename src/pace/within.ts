/** The answer, or a rejection after `ms`: a command whose connection broke may never be answered. */
export function within<T>(ms: number, answer: Promise<T>): Promise<T> {
	return new Promise((resolve, reject) => {
		const timer = setTimeout(() => reject(new Error(`Redis did not answer within ${ms} ms.`)), ms);
		answer.then(resolve, reject).finally(() => clearTimeout(timer));
	});
}
