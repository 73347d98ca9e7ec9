import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Puts the built package where n8n looks for community packages, as an installation from npm would leave it:
 * the shipped files and the runtime dependencies, nothing else. (A link to the checkout would let the nodes load
 * the n8n-workflow of our devDependencies instead of n8n's own.)
 */
export function installPackage(packageDir, userFolder) {
	const { name, files, dependencies = {} } = manifest(packageDir);
	const target = join(userFolder, '.n8n', 'nodes', 'node_modules', name);
	rmSync(target, { recursive: true, force: true });
	mkdirSync(target, { recursive: true });
	for (const file of ['package.json', ...files]) {
		if (existsSync(join(packageDir, file))) cpSync(join(packageDir, file), join(target, file), { recursive: true });
	}
	for (const dependency of closure(packageDir, Object.keys(dependencies))) {
		cpSync(join(packageDir, 'node_modules', dependency), join(target, 'node_modules', dependency), { recursive: true });
	}
	return target;
}

const manifest = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** These packages and all they need, as far as they lie in the top of node_modules; what is nested comes along with its parent. */
function closure(packageDir, names, found = new Set()) {
	for (const name of names) {
		const folder = join(packageDir, 'node_modules', name);
		if (found.has(name) || !existsSync(folder)) continue;
		found.add(name);
		closure(packageDir, Object.keys(manifest(folder).dependencies ?? {}), found);
	}
	return found;
}
