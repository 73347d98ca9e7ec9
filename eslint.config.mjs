import n8nNodes from '@n8n/eslint-plugin-community-nodes';
import js from '@eslint/js';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

// What every folder of src may use beside its own files, except job and sandbox.
const common = ['errors', 'log'];
// A loop that a signal can wake: for those that work in the background.
const background = [...common, 'loop'];

// Who may import whom. `may`: other folders and files of src. `types`: whether types may come from the rest of src.
// `packages`: those of the listed ones that are allowed here.
const folders = {
	job: { may: [...common], types: false, packages: [] },
	store: { may: ['job', ...common], types: false, packages: ['ioredis'] },
	publish: { may: ['job', ...common], types: false, packages: ['https-proxy-agent', 'probe-image-size/sync', 'proxy-from-env'] },
	pace: { may: ['job', ...common], types: true, packages: ['bottleneck'] },
	work: { may: ['job', ...background], types: true, packages: [] },
	webhook: { may: ['job', ...background], types: true, packages: [] },
	sandbox: { may: [], types: false, packages: ['ajv'] },
};
// The main entry of probe-image-size fetches addresses without a guard: closed to all.
const guardedPackages = ['ioredis', 'bottleneck', 'ajv', 'https-proxy-agent', 'probe-image-size/sync', 'probe-image-size(?!/sync)', 'proxy-from-env'];

const anyOf = (words) => words.map((word) => `${word}(/|$)`).join('|');
const n8nPackages = { regex: '^(n8n-|@n8n/)', message: 'The engine runs without n8n; only nodes/ and credentials/ know it.' };

/** Zones look at the file an import ends at, whatever way it is written; types are imports to them. */
const zones = Object.entries(folders)
	.filter(([, rule]) => !rule.types)
	.map(([folder, rule]) => ({
		target: `./src/${folder}`,
		from: './src',
		except: [folder, ...rule.may].map((name) => (common.includes(name) ? `./${name}.ts` : `./${name}`)),
		message: `src/${folder} may import ${rule.may.join(', ') || 'itself'} only (eslint.config.mjs, folders).`,
	}));

const doors = [
	{ target: ['./nodes', './credentials'], from: './src', except: ['./index.ts'], message: 'src/index.ts is the door of the engine.' },
	{ target: './src', from: ['./nodes', './credentials', './test', './scripts'], message: 'The engine knows nothing of what uses it.' },
	{ target: ['./nodes', './credentials'], from: ['./test', './scripts'], message: 'Not shipped.' },
];

/** Where types may come from everywhere, what runs may not: zones cannot tell the two apart, this rule can. */
function importsOf(folder, rule) {
	const patterns = [n8nPackages];
	const closed = guardedPackages.filter((name) => !rule.packages.includes(name));
	patterns.push({ regex: `^(${closed.join('|')})(/|$)`, allowTypeImports: rule.types, message: `Not in src/${folder}.` });
	if (rule.types) {
		const allowed = anyOf([folder, ...rule.may, '\\.\\.']);
		patterns.push({ regex: `^(\\.\\./)+(?!${allowed})`, allowTypeImports: true, message: `src/${folder}: types only.` });
	}
	return {
		files: [`src/${folder}/**/*.ts`],
		rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
	};
}

/** src/job decides: what it needs to know of the clock, the dice and the world comes in as an argument. */
const pureJob = {
	files: ['src/job/**/*.ts'],
	rules: {
		'@typescript-eslint/no-restricted-imports': [
			'error',
			{
				paths: [{ name: 'node:crypto', importNames: ['randomBytes', 'randomUUID', 'randomInt'], message: 'Hand the dice in.' }],
				patterns: [{ regex: '^(?!\\.|node:crypto$)', message: 'src/job imports itself and node:crypto only.' }],
			},
		],
		'no-restricted-globals': [
			'error',
			...['process', 'fetch', 'performance', 'crypto', 'console', 'globalThis', 'queueMicrotask'],
			...['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate'],
		],
		// A given instant may be formatted or parsed; only reading the clock is refused.
		'no-restricted-syntax': [
			'error',
			{ selector: 'MemberExpression[object.name="Date"][property.name="now"]', message: 'Take `now` as an argument.' },
			{ selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'Take `now` as an argument.' },
			{ selector: 'CallExpression[callee.name="Date"]', message: 'Take `now` as an argument.' },
			{ selector: 'MemberExpression[object.name="Math"][property.name="random"]', message: 'Take `random` as an argument.' },
		],
	},
};

const nodeGlobals = [
	...['process', 'console', 'Buffer', 'performance', 'structuredClone', 'TextDecoder', 'TextEncoder'],
	...['fetch', 'URL', 'URLSearchParams', 'AbortSignal', 'AbortController', 'FormData', 'Blob'],
	...['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate'],
];

const n8nRules = n8nNodes.configs.recommendedWithoutN8nCloudSupport;

export default defineConfig(
	{ ignores: ['dist/', 'node_modules/', '.demo/', 'coverage/'] },
	{ linterOptions: { reportUnusedDisableDirectives: 'error' } },
	{
		files: ['**/*.{ts,mts,mjs,js}'],
		extends: [js.configs.recommended],
		rules: {
			'max-lines': ['error', 300],
			'no-restricted-properties': ['error', { object: 'URL', property: 'canParse', message: 'Node 20 answers wrongly once it is called often; try new URL (src/job/url.ts).' }],
		},
	},
	{
		files: ['**/*.{mjs,js}'],
		// Node's own names; TypeScript files have the compiler for this.
		languageOptions: { globals: Object.fromEntries(nodeGlobals.map((name) => [name, 'readonly'])) },
	},
	{
		files: ['*.js'],
		languageOptions: { sourceType: 'commonjs', globals: { require: 'readonly', module: 'writable', __dirname: 'readonly' } },
	},
	{
		files: ['**/*.{ts,mts}'],
		extends: [tseslint.configs.recommended],
		rules: {
			// `_` says that a parameter is there for its place.
			'@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
			'@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
		},
	},
	{
		files: ['{src,nodes,credentials,test}/**/*.ts'],
		languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
		// Of the rules that need types, those about promises: one that nobody awaits kills n8n when it rejects.
		rules: {
			'@typescript-eslint/await-thenable': 'error',
			'@typescript-eslint/no-floating-promises': 'error',
			'@typescript-eslint/no-misused-promises': 'error',
			'@typescript-eslint/only-throw-error': 'error',
		},
	},
	{
		files: ['{src,nodes,credentials}/**/*.ts'],
		plugins: { 'import-x': importX },
		settings: { 'import-x/resolver-next': [createTypeScriptImportResolver({ project: `${import.meta.dirname}/tsconfig.json` })] },
		rules: {
			'import-x/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones: [...zones, ...doors] }],
			'import-x/no-cycle': 'error',
		},
	},
	{
		files: ['src/**/*.ts'],
		rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: [n8nPackages] }] },
	},
	...Object.entries(folders).map(([folder, rule]) => importsOf(folder, rule)),
	pureJob,
	{
		files: ['{nodes,credentials}/**/*.ts'],
		plugins: n8nRules.plugins,
		rules: {
			...n8nRules.rules,
			'@typescript-eslint/no-restricted-imports': [
				'error',
				{ patterns: [{ regex: `^(${guardedPackages.join('|')})(/|$)`, message: 'Nodes go through src/index.ts.' }] },
			],
		},
	},
	{
		files: ['package.json'],
		plugins: n8nRules.plugins,
		languageOptions: { parser: tseslint.parser, parserOptions: { extraFileExtensions: ['.json'] } },
		rules: {
			...n8nRules.rules,
			// The engine needs a Redis client and a pacer. n8n installs dependencies of a community node; bundling them
			// would hide from `npm audit` what is running.
			'@n8n/community-nodes/no-runtime-dependencies': 'off',
			// There is no mail address yet that somebody has promised to read.
			'@n8n/community-nodes/valid-author': 'off',
			// There is no site but the repository yet.
			'@n8n/community-nodes/require-homepage': 'off',
		},
	},
);
