import { relative } from 'node:path';

/** Says the name of the first test that fails, at once and on one line: whoever runs us need not wait for the others. */
export default class FirstFailure {
	onTestCaseResult({ path }, { status, fullName, failureMessages }) {
		if (status === 'failed') say(path, fullName, failureMessages[0]?.slice(0, 600));
	}

	/** A file that cannot even run, or whose hooks fail. */
	onTestFileResult({ path }, { failureMessage, testExecError, numFailingTests }) {
		if (testExecError ?? (failureMessage && numFailingTests === 0)) say(path, 'cannot run', (failureMessage ?? testExecError.message).slice(0, 600));
	}
}

function say(path, test, why) {
	process.stdout.write(`\nFIRST-FAILURE ${JSON.stringify({ file: relative(process.cwd(), path), test, why })}\n`);
}
