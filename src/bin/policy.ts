import { FAILURES, type FailureCode } from '../job/failures';
import { policyOf } from '../job/policy';
import { previewOf, previewSentence, type Preview, type PreviewStep } from '../job/preview';
import { parsed, usage } from './jobs-options';
import { instantOf } from './jobs-values';

const HELP = `pinterest-jobs policy [CODE] [--at TIME]

Says what becomes of a job that meets the same error every time: when it is tried again, and who gets it in the end.
Of one error, with every try and how far chance moves it; without a code of all of them. Nothing is asked of Redis.

  --at TIME            when it was met first: 00:30 (today), or 2026-12-01T09:00Z (default: now). Times are UTC
  --json               one JSON object an error; instants in ISO 8601`;

/** `pinterest-jobs policy`: what the tables would do with an error. */
export function policy(argv: string[]): void {
	const { values, positionals: [code, ...others] } = parsed('policy', argv, { at: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean' } });
	if (values.help) return void console.log(HELP);
	if (others.length > 0) throw usage('policy takes one code.', 'Leave it out to see all of them.');
	const from = fromOf(values.at as string | undefined, Date.now());
	const previews = codesOf(code).map((one) => previewOf(one, policyOf(), from));
	for (const preview of previews) console.log(values.json ? JSON.stringify(inIso(preview)) : code === undefined ? lineOf(preview) : textOf(preview));
}

/** The codes that are asked for. A row that nobody knows is refused: the table would answer for another. */
function codesOf(code: string | undefined): FailureCode[] {
	const known = FAILURES.map((row) => row.code);
	if (code === undefined) return known;
	const found = known.find((one) => one === code);
	if (found) return [found];
	const like = known.filter((one) => one.split('_').some((word) => code.includes(word)));
	throw usage(`There is no error "${code}".`, `${like.length > 0 ? `Is it ${like.slice(0, 6).join(', ')}? ` : ''}Without a code all are listed.`);
}

function fromOf(at: string | undefined, now: number): number {
	if (at === undefined) return now;
	const today = new Date(now).toISOString().slice(0, 10);
	return instantOf(/^\d\d:\d\d(:\d\d)?$/.test(at) ? `${today}T${at}Z` : at, 'at', now);
}

const WIDTH = Math.max(...FAILURES.map(({ code }) => code.length)) + 2;

function lineOf(preview: Preview): string {
	return `${preview.code.padEnd(WIDTH)}${preview.class.padEnd(13)}${previewSentence(preview)}`;
}

/** The sentence, and a line a step with the span that chance may move it in. */
function textOf(preview: Preview): string {
	const head = `${preview.code} (${preview.class}), met first at ${clock(preview.from)} UTC\n${previewSentence(preview)}`;
	if (preview.steps.length === 0) return head;
	const lines = preview.steps.map(stepLine), left = lines.length - MOST_LINES;
	const shown = left > 1 ? [...lines.slice(0, MOST_LINES - 1), `      … ${left} others, which --json shows`, ...lines.slice(-1)] : lines;
	return [head, '', ` ${'#'.padStart(3)}  what  usually              between`, ...shown].join('\n');
}

const MOST_LINES = 40;

function stepLine({ what, at, earliest, latest, asFile }: PreviewStep, index: number): string {
	const span = earliest === latest ? 'always then' : `${clock(earliest)} and ${clock(latest)}`;
	return ` ${String(index + 1).padStart(3)}  ${asFile ? 'file' : what}  ${clock(at)}  ${span}`;
}

function inIso({ from, steps, end, ...rest }: Preview): object {
	const iso = (at: number) => new Date(at).toISOString();
	return {
		...rest, from: iso(from), sentence: previewSentence({ from, steps, end, ...rest }),
		steps: steps.map(({ at, earliest, latest, ...step }) => ({ ...step, at: iso(at), earliest: iso(earliest), latest: iso(latest) })),
		end: end.kind === 'failed' ? { ...end, at: iso(end.at) } : end,
	};
}

/** `2026-11-28 00:00:05` */
function clock(at: number): string {
	return new Date(Math.round(at / 1000) * 1000).toISOString().slice(0, 19).replace('T', ' ');
}
