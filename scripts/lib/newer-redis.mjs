import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { preparedOnce } from './cache.mjs';
import { programOnPath } from './programs.mjs';
import { run, step } from './steps.mjs';

/** Debian's release with Redis 8 and Valkey 8. */
const RELEASE = 'trixie';
const SERVERS = ['redis-server', 'valkey-server'];
/** What repairs their append-only files stands beside them: that of another release refuses what they wrote. */
const PROGRAMS = [...SERVERS, 'redis-check-aof', 'valkey-check-aof'];
/** Servers and what they are linked with: unpacked beside the system, they run on an older one. */
const PACKAGES = [...SERVERS, 'redis-tools', 'valkey-tools', 'libc6', 'libssl3t64', 'libsystemd0', 'libjemalloc2', 'liblzf1', 'libcap2', 'libgcc-s1', 'libstdc++6', 'liblua5.1-0', 'libatomic1', 'zlib1g', 'libzstd1'];
const SOURCES = ['/etc/apt/sources.list.d/debian.sources', '/etc/apt/sources.list'];

/** Why the servers of a newer Debian cannot be had here; undefined if they can. */
export function whyNoNewerRedis() {
	if (process.platform !== 'linux' || process.arch !== 'x64') return 'only for Linux on x64';
	if (!programOnPath('apt-get') || !programOnPath('dpkg')) return 'there is no apt-get';
	return debianSource() ? undefined : 'the package sources of this system are not those of Debian';
}

/** The program of Redis 8 (`redis-server`) or Valkey 8 (`valkey-server`), from the Debian mirror this system already uses; nothing of the system is changed. */
export async function newerRedis(server) {
	const folder = await preparedOnce(`debian-${RELEASE}-redis-with-tools`, (into) => step(`Fetching Redis 8 and Valkey 8 of Debian ${RELEASE} (once)`, () => unpacked(into)));
	return join(folder, server);
}

async function unpacked(folder) {
	rmSync(folder, { recursive: true, force: true });
	for (const name of ['sources', 'lists/partial', 'cache/archives/partial', 'root']) mkdirSync(join(folder, name), { recursive: true });
	writeFileSync(join(folder, 'sources/newer.sources'), debianSource());
	const at = (name) => join(folder, name);
	const options = [`Dir::Etc::SourceList=${at('none')}`, `Dir::Etc::SourceParts=${at('sources')}`, `Dir::State::Lists=${at('lists')}`, `Dir::Cache=${at('cache')}`].flatMap((option) => ['-o', option]);
	const archives = at('cache/archives');
	await run('apt-get', ['-qq', ...options, 'update'], { cwd: archives });
	await run('apt-get', ['-qq', ...options, 'download', ...PACKAGES], { cwd: archives });
	for (const file of readdirSync(archives).filter((name) => name.endsWith('.deb'))) await run('dpkg', ['-x', join(archives, file), at('root')]);
	const libraries = at('root/usr/lib/x86_64-linux-gnu');
	for (const name of PROGRAMS) {
		// With the C library of that release, by its own loader, and under its own name, by which one program tells what it is to be.
		writeFileSync(at(name), `#!/bin/sh\nexec '${libraries}/ld-linux-x86-64.so.2' --library-path '${libraries}' --argv0 '${name}' '${at(`root/usr/bin/${name}`)}' "$@"\n`, { mode: 0o755 });
	}
}

/** The entry of this system for Debian itself, of the newer release. */
function debianSource() {
	const path = SOURCES.find((file) => existsSync(file) && /^(deb|Types: deb)/m.test(readFileSync(file, 'utf8')));
	if (!path) return undefined;
	const text = readFileSync(path, 'utf8');
	const uri = path.endsWith('.sources') ? /^URIs:\s*(\S+\/debian)\/?\s*$/m.exec(text)?.[1] : /^deb (?:\[[^\]]*\] )?(\S+\/debian)\/? /m.exec(text)?.[1];
	const key = /^Signed-By:\s*(\S+)/m.exec(text)?.[1] ?? '/usr/share/keyrings/debian-archive-keyring.gpg';
	return uri && `Types: deb\nURIs: ${uri}\nSuites: ${RELEASE}\nComponents: main\nSigned-By: ${key}\n`;
}
