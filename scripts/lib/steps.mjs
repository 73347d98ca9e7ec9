import { spawn } from 'node:child_process';

const tickMs = process.stdout.isTTY ? 1_000 : 10_000;

/** Says what is being done, how long it has taken so far, and that it is done. Returns what `work` returns. */
export async function step(title, work) {
	const startedAt = Date.now();
	const elapsed = () => `${Math.round((Date.now() - startedAt) / 1000)} s`;
	print(`… ${title}`);
	const timer = setInterval(() => print(`… ${title} (${elapsed()})`, { replace: true }), tickMs);
	try {
		const result = await work();
		print(`✓ ${title} (${elapsed()})`, { replace: true });
		return result;
	} catch (error) {
		print(`✗ ${title} (${elapsed()})`, { replace: true });
		throw error;
	} finally {
		clearInterval(timer);
	}
}

function print(line, { replace = false } = {}) {
	const back = replace && process.stdout.isTTY ? '\x1b[1A\x1b[2K' : '';
	process.stdout.write(`${back}${line}\n`);
}

/** Runs a program quietly and returns its output; when it fails, the error shows the command and both ends of the output. */
export function run(program, args, { cwd, env = process.env, input = 'ignore' } = {}) {
	return new Promise((resolve, reject) => {
		const child = spawn(program, args, { cwd, env, stdio: [input, 'pipe', 'pipe'] });
		let output = '';
		for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
		child.once('error', (error) => reject(new Error(`${program}: ${error.message}`)));
		child.once('close', (code, signal) => {
			if (code === 0) resolve(output);
			else reject(new Error(`${[program, ...args].join(' ')} ended with ${signal ?? code}:\n${bothEnds(output)}`));
		});
	});
}

/** Runs a program whose output the reader wants to see as it comes, `quiet` its errors alone; returns its exit code. */
export function show(program, args, { cwd, env = process.env, quiet = false } = {}) {
	return new Promise((resolve, reject) => {
		const child = spawn(program, args, { cwd, env, stdio: ['ignore', quiet ? 'ignore' : 'inherit', 'inherit'] });
		child.once('error', reject);
		child.once('close', (code) => resolve(code ?? 1));
	});
}

/** npm names its reason first, compilers last. */
function bothEnds(output) {
	const lines = output.trimEnd().split('\n');
	return lines.length <= 45 ? lines.join('\n') : [...lines.slice(0, 15), '…', ...lines.slice(-30)].join('\n');
}
