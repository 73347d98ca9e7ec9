import { execFileSync } from 'node:child_process';

const path = 'import-x/no-restricted-paths';
const imports = '@typescript-eslint/no-restricted-imports';
const globals = 'no-restricted-globals';
const syntax = 'no-restricted-syntax';

const planted: Array<[file: string, text: string, rule: string]> = [
	['nodes/X/X.ts', `import { x } from '../../src/engine'; x();`, path],
	['nodes/X/X.ts', `import type { X } from '../../src/store/job-store'; export type Y = X;`, path],
	['nodes/X/X.ts', `import { Redis } from 'ioredis'; new Redis();`, imports],
	['credentials/X.ts', `import Bottleneck from 'bottleneck'; new Bottleneck();`, imports],
	['src/engine.ts', `import { x } from '../test/support/redis'; x();`, path],
	['src/engine.ts', `import { x } from 'n8n-workflow'; x();`, imports],
	['src/work/x.ts', `import { x } from '../store/job-store'; x();`, imports],
	['src/work/x.ts', `import { Redis } from 'ioredis'; new Redis();`, imports],
	['src/work/x.ts', `import type { X } from 'n8n-workflow'; export type Y = X;`, imports],
	['src/webhook/x.ts', `import { x } from '../store/job-store'; x();`, imports],
	['src/webhook/x.ts', `import { Redis } from 'ioredis'; new Redis();`, imports],
	['src/webhook/x.ts', `import { getProxyForUrl } from 'proxy-from-env'; getProxyForUrl('x');`, imports],
	['src/work/x.ts', `import probe from 'probe-image-size/sync'; probe(Buffer.alloc(1));`, imports],
	['src/publish/x.ts', `import { sync } from 'probe-image-size'; sync(Buffer.alloc(1));`, imports],
	['src/webhook/x.ts', `import { HttpsProxyAgent } from 'https-proxy-agent'; new HttpsProxyAgent('x');`, imports],
	['src/publish/x.ts', `import { x } from '../store/job-store'; x();`, path],
	['src/publish/x.ts', `import type { Redis } from 'ioredis'; export type Y = Redis;`, imports],
	['src/pace/x.ts', `import { x } from '../publish/contract'; x();`, imports],
	['src/store/x.ts', `import { x } from '../engine'; x();`, path],
	['src/store/x.ts', `import Bottleneck from 'bottleneck'; new Bottleneck();`, imports],
	['src/sandbox/x.ts', `import { x } from '../job/job'; x();`, path],
	['src/job/x.ts', `import type { X } from '../engine'; export type Y = X;`, path],
	['src/job/x.ts', `import { readFileSync } from 'node:fs'; readFileSync('x');`, imports],
	['src/job/x.ts', `import { randomUUID } from 'node:crypto'; randomUUID();`, imports],
	['src/job/x.ts', `export const x = Date.now();`, syntax],
	['src/job/x.ts', `export const x = new Date();`, syntax],
	['src/job/x.ts', `export const x = Math.random();`, syntax],
	['src/job/x.ts', `export const x = process.env.X;`, globals],
	['src/job/x.ts', `setTimeout(() => undefined, 1);`, globals],
	['src/job/x.ts', `export const x = fetch('https://example.com');`, globals],
];

const allowed: Array<[file: string, text: string]> = [
	['nodes/X/X.ts', `import { x } from '../../src'; x();`],
	['src/engine.ts', `import { x } from './store/job-store'; x();`],
	['src/work/x.ts', `import type { X } from '../store/job-store'; export type Y = X;`],
	['src/work/x.ts', `import { x } from '../job/transition'; x();`],
	['src/store/x.ts', `import { EngineError } from '../errors'; import { Redis } from 'ioredis'; new EngineError(Redis);`],
	['src/publish/x.ts', `import { getProxyForUrl } from 'proxy-from-env'; getProxyForUrl('x');`],
	['src/publish/x.ts', `import probe from 'probe-image-size/sync'; probe(Buffer.alloc(1));`],
	['src/job/x.ts', `import { createHash } from 'node:crypto'; createHash('sha256');`],
	['src/job/x.ts', `export const x = new Date(0).toISOString();`],
];

const answers = brokenRules([...planted, ...allowed].map(([file, text]) => ({ file, text })));

describe('the lint rules of the layout', () => {
	it.each(planted.map((plant, index) => [...plant, index] as const))('refuse in %s: %s', (_file, _text, rule, index) => {
		expect(answers[index]).toContain(rule);
	});

	it.each(allowed.map((plant, index) => [...plant, index] as const))('allow in %s: %s', (_file, _text, index) => {
		expect(answers[planted.length + index]).toEqual([]);
	});
});

function brokenRules(texts: Array<{ file: string; text: string }>): string[][] {
	const output = execFileSync(process.execPath, ['test/support/lint-texts.mjs'], { input: JSON.stringify(texts) });
	return JSON.parse(output.toString()) as string[][];
}
