import { readFileSync, writeFileSync } from 'node:fs';
import { HELP } from '../../../src/bin/jobs-options';
import { policy } from '../../../src/bin/policy';
import { HELP as SUBSCRIPTIONS_HELP } from '../../../src/bin/subscriptions';

const FILE = 'docs/operations.md';

afterEach(() => jest.restoreAllMocks());

/** What a command prints on the page, after `$ pinterest-jobs …` or, of the help, as it is. */
function block(begin: string): { text: string; replaced(by: string): string } {
	const page = readFileSync(FILE, 'utf8'), start = page.indexOf(begin) + begin.length, end = page.indexOf('\n```', start);
	return { text: page.slice(start, end), replaced: (by) => page.slice(0, start) + by + page.slice(end) };
}

function check(begin: string, printed: string): void {
	if (process.env.UPDATE_DOCS === '1') writeFileSync(FILE, block(begin).replaced(printed));
	expect(block(begin).text).toBe(printed);
}

it('docs/operations.md has the help of `jobs` as the command prints it', () => {
	check('connection\'s options.\n\n```\n', HELP);
});

it('docs/operations.md has the help of `subscriptions` as the command prints it', () => {
	check('what became of each delivery:\n\n```\n', SUBSCRIPTIONS_HELP);
});

it('docs/operations.md has the preview of an error as the command prints it', () => {
	jest.useFakeTimers({ now: Date.UTC(2026, 10, 28) });
	const printed: string[] = [];
	jest.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
	policy(['image_unreachable', '--at', '14:30']);
	jest.useRealTimers();
	check('$ pinterest-jobs policy image_unreachable --at 14:30\n', printed.join('\n'));
});
