import type { Circus } from '@jest/types';
import NodeEnvironment from 'jest-environment-node';

/** Adds to each failure the Redis namespaces its test used, so that their keys can be looked at. */
export default class NamespaceEnvironment extends NodeEnvironment {
	handleTestEvent(event: Circus.Event): void {
		if (event.name === 'test_start') this.global.testNamespaces = [];
		if (event.name !== 'test_done' || event.test.errors.length === 0) return;
		const used = this.global.testNamespaces as string[];
		if (used.length > 0) event.test.errors.push(`Redis namespace: ${used.join(', ')}`);
	}
}
