const swc = {
	jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
	module: { type: 'commonjs' },
};

const project = (name, timeoutMs, more = {}) => ({
	displayName: name,
	roots: ['<rootDir>'],
	testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
	testEnvironment: '<rootDir>/test/support/environment.ts',
	testEnvironmentOptions: { timeoutMs },
	// .mjs too: tests share the start-up code of scripts/lib with npm start.
	transform: { '^.+\\.(ts|mjs)$': ['@swc/jest', swc] },
	moduleFileExtensions: ['ts', 'mjs', 'js', 'json', 'node'],
	modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.demo/'],
	...more,
});

const onRedis = {
	globalSetup: '<rootDir>/test/support/redis-up.ts',
	globalTeardown: '<rootDir>/test/support/redis-down.mjs',
	// n8n-core uses decorators that need this before anything else.
	setupFiles: ['reflect-metadata'],
};

const seconds = (count) => count * 1000;

export default {
	projects: [
		project('unit', seconds(5)),
		project('integration', seconds(20), onRedis),
		project('simulation', seconds(120), onRedis),
		// Run these with --runInBand: each file has an n8n of its own, and two would fight for the machine.
		project('e2e', seconds(300), onRedis),
	],
};
