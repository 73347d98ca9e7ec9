import { jobs } from '../../../src/bin/jobs';
import { redisOptions } from '../../support/redis';

/** `pinterest-jobs jobs` in this process, with what it says; the test restores its mocks afterwards. */
export class JobsCommand {
	/** To stdout, in the last call. */
	printed: string[] = [];
	/** To stderr, since the test has begun. */
	told: string[] = [];

	constructor(private readonly namespace: string) {
		jest.spyOn(console, 'log').mockImplementation((line: string) => void this.printed.push(line));
		jest.spyOn(console, 'error').mockImplementation((line: string) => void this.told.push(line));
	}

	/** Runs the command and answers what it printed. */
	async run(...argv: string[]): Promise<string> {
		this.printed = [];
		await jobs([...argv, ...redisOptions(), '--namespace', this.namespace]);
		return this.printed.join('\n');
	}

	/** The same, read as one object a line. */
	async json<T = Record<string, unknown>>(...argv: string[]): Promise<T[]> {
		return (await this.run(...argv, '--json')).split('\n').map((line) => JSON.parse(line) as T);
	}
}
