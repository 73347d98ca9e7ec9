import { spawnSync } from 'node:child_process';
import { programOnPath } from './programs.mjs';
import { run, step } from './steps.mjs';

const managers = [
	{ program: 'apt-get', args: ['install', '-y', '--no-install-recommends'], refresh: ['update'], needsRoot: true },
	{ program: 'dnf', args: ['install', '-y'], needsRoot: true },
	{ program: 'apk', args: ['add'], needsRoot: true },
	{ program: 'brew', args: ['install'], needsRoot: false },
];

const manager = () => managers.find(({ program }) => programOnPath(program));
const isRoot = () => process.getuid?.() === 0;
const sudoWithoutPassword = () => Boolean(programOnPath('sudo')) && spawnSync('sudo', ['-n', 'true']).status === 0;

/** Whether packages can be installed without asking anybody for a password. */
export function mayInstall() {
	const found = manager();
	return Boolean(found) && (!found.needsRoot || isRoot() || sudoWithoutPassword());
}

/** The command that would install these packages here, to be shown to somebody; undefined without a package manager. */
export function installCommand(packages) {
	const found = manager();
	if (!found) return undefined;
	const sudo = found.needsRoot && !isRoot() ? ['sudo'] : [];
	return [...sudo, found.program, ...found.args, ...packages].join(' ');
}

/** Installs packages of the system; `what` names them to the reader. At a terminal, sudo may ask for a password. */
export async function systemInstall(packages, what) {
	const { program, args, refresh, needsRoot } = manager();
	const asRoot = (words) => (needsRoot && !isRoot() ? ['sudo', program, ...words] : [program, ...words]);
	const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
	const call = ([first, ...rest]) => run(first, rest, { env, input: process.stdin.isTTY ? 'inherit' : 'ignore' });
	await step(`Installing ${what}: ${program} ${[...args, ...packages].join(' ')}`, async () => {
		if (refresh) await call(asRoot(refresh));
		await call(asRoot([...args, ...packages]));
	});
}
