import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_TABLE } from '../../src/errors';

const src = join(__dirname, '../../src');
const sources = readdirSync(src, { recursive: true, encoding: 'utf8' })
	.filter((name) => name.endsWith('.ts') && name !== 'errors.ts')
	.map((name) => readFileSync(join(src, name), 'utf8'));

it.each(Object.keys(ERROR_TABLE))('%s can happen', (code) => {
	const thrown = new RegExp(`(EngineError|refused|refusal|refuse)\\([^)]*'${code}'`);
	expect(sources.some((text) => thrown.test(text))).toBe(true);
});
