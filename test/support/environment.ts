import type { EnvironmentContext, JestEnvironmentConfig } from '@jest/environment';
import type { Circus } from '@jest/types';
import NodeEnvironment from 'jest-environment-node';

/**
 * Adds to each failure the Redis namespaces its test used, so that their keys can be looked at.
 * Its option `timeoutMs` is the time a test or hook may take: Jest has one for all projects only.
 */
export default class TestEnvironment extends NodeEnvironment {
	private readonly timeoutMs: number | undefined;

	constructor(config: JestEnvironmentConfig, context: EnvironmentContext) {
		super(config, context);
		this.timeoutMs = config.projectConfig.testEnvironmentOptions.timeoutMs as number | undefined;
	}

	handleTestEvent(event: Circus.Event, state: Circus.State): void {
		if (event.name === 'setup' && this.timeoutMs) state.testTimeout = this.timeoutMs;
		if (event.name === 'test_start') this.global.testNamespaces = [];
		if (event.name === 'test_done') this.nameNamespaces(event.test);
	}

	private nameNamespaces(test: Circus.TestEntry): void {
		const used = this.global.testNamespaces as string[];
		if (test.errors.length > 0 && used.length > 0) test.errors.push(`Redis namespace: ${used.join(', ')}`);
	}
}
