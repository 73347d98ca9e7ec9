// Reads [{ file, text }] from stdin, lints each text as if it stood in that file, prints the ids of the rules it breaks.
// A process of its own, since ESLint loads its config in a way that Jest's module system does not allow.
import { ESLint } from 'eslint';
import { readFileSync } from 'node:fs';

// The planted files do not exist, so rules that ask the compiler about them cannot run.
const withoutTypes = {
	files: ['**/*.ts'],
	languageOptions: { parserOptions: { projectService: false } },
	rules: Object.fromEntries(
		['await-thenable', 'no-floating-promises', 'no-misused-promises', 'only-throw-error'].map((name) => [`@typescript-eslint/${name}`, 'off']),
	),
};
const eslint = new ESLint({ overrideConfig: [withoutTypes] });
const texts = JSON.parse(readFileSync(0, 'utf8'));
const answers = [];
for (const { file, text } of texts) {
	const [result] = await eslint.lintText(text, { filePath: file });
	answers.push(result.messages.map((message) => message.ruleId ?? message.message));
}
process.stdout.write(JSON.stringify(answers));
