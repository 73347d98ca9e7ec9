/**
 * A reporter of Jest: in the middle of a run, between two files, something befalls the Redis of the tests (`topologies.ts`). A run in which
 * it did not, or with nothing after it, proves nothing and fails. Needs --runInBand.
 */
export default class Halfway {
	#files = 0;
	#done = 0;
	#doneBefore = 0;

	onRunStart({ numTotalTestSuites }) {
		this.#files = numTotalTestSuites;
	}

	async onTestFileResult() {
		this.#done += 1;
		if (this.#doneBefore > 0 || this.#done < this.#files / 2) return;
		await globalThis.testRedisHalfway();
		this.#doneBefore = this.#done;
	}

	getLastError() {
		const isProven = this.#doneBefore > 0 && this.#doneBefore < this.#done;
		return isProven ? undefined : new Error(`Nothing befell Redis in the middle of this run (${this.#done} files): give it two files at least.`);
	}
}
