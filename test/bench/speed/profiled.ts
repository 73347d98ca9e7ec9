import { writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';

/** What `act` answers; with a file, a profile of this process meanwhile is written to it, for the developer tools of Chrome. */
export async function profiled<T>(file: string | undefined, act: () => Promise<T>): Promise<T> {
	if (file === undefined) return act();
	const session = new Session();
	session.connect();
	await session.post('Profiler.enable');
	await session.post('Profiler.start');
	const answer = await act();
	const { profile } = await session.post('Profiler.stop');
	session.disconnect();
	await writeFile(file, JSON.stringify(profile));
	return answer;
}
