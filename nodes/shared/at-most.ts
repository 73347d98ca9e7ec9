/** Lets at most `count` calls run at a time; the others wait in order. */
export function atMost(count: number): <T>(run: () => Promise<T>) => Promise<T> {
	let free = count;
	const waiting: (() => void)[] = [];
	return async (run) => {
		if (free > 0) free -= 1;
		else await new Promise<void>((resolve) => waiting.push(resolve));
		try {
			return await run();
		} finally {
			const next = waiting.shift();
			if (next) next();
			else free += 1;
		}
	};
}
