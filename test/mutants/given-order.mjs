import TestSequencer from '@jest/test-sequencer';

/** Runs test files in the order in which MUTANT_TESTS names them: directed tests first, then the model. */
export default class GivenOrder extends TestSequencer {
	sort(tests) {
		const order = process.env.MUTANT_TESTS.split(',');
		const placeOf = ({ path }) => order.findIndex((name) => path.endsWith(name));
		return [...tests].sort((a, b) => placeOf(a) - placeOf(b));
	}
}
