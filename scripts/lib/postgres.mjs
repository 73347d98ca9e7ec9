import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, waitUntil } from './ports.mjs';
import { programOnPath } from './programs.mjs';
import { watchedProcess } from './redis-server.mjs';
import { installCommand, mayInstall, systemInstall } from './system.mjs';

// Debian keeps the server of each version off the PATH.
const versions = '/usr/lib/postgresql';

/** Starts a PostgreSQL of our own on 127.0.0.1 with an empty database, installing it where that asks nobody for anything; rejects where there is none to be had. */
export async function startPostgres() {
	if (!folderOfPrograms() && mayInstall()) await systemInstall(['postgresql'], 'PostgreSQL');
	const programs = folderOfPrograms();
	if (!programs) throw new Error(`PostgreSQL is missing. Install it: ${installCommand(['postgresql']) ?? 'its package is postgresql'}.`);
	const folder = mkdtempSync(join(tmpdir(), 'pinterest-jobs-postgres-'));
	const owner = ownerOf(folder), port = await freePort(), data = join(folder, 'data');
	const forget = () => rmSync(folder, { recursive: true, force: true });
	execFileSync(join(programs, 'initdb'), ['--pgdata', data, '--username', 'n8n', '--auth', 'trust', '--encoding', 'UTF8', '--no-sync'], { ...owner, stdio: 'ignore' });
	const settings = ['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=${folder}`, '-c', 'fsync=off'];
	const server = watchedProcess(join(programs, 'postgres'), settings, owner, forget);
	try {
		await waitUntil(() => accepts(programs, port), { what: 'PostgreSQL', timeoutMs: 60_000, gaveUp: server.failure });
	} catch (error) {
		await server.end('SIGKILL');
		throw error;
	}
	return {
		/** What tells n8n to use it. */
		env: { DB_TYPE: 'postgresdb', DB_POSTGRESDB_HOST: '127.0.0.1', DB_POSTGRESDB_PORT: String(port), DB_POSTGRESDB_DATABASE: 'postgres', DB_POSTGRESDB_USER: 'n8n', DB_POSTGRESDB_PASSWORD: 'n8n' },
		// Fast: sessions are ended, not waited for.
		stop: async () => {
			await server.end('SIGINT');
			forget();
		},
	};
}

function folderOfPrograms() {
	const installed = existsSync(versions) ? readdirSync(versions).sort((a, b) => Number(b) - Number(a)).map((version) => join(versions, version, 'bin')) : [];
	const onPath = programOnPath('initdb');
	return [...installed, ...(onPath ? [join(onPath, '..')] : [])].find((folder) => ['initdb', 'postgres', 'pg_isready'].every((name) => existsSync(join(folder, name))));
}

/** PostgreSQL refuses to run as root: then it is the user that its package has made. */
function ownerOf(folder) {
	if (process.getuid?.() !== 0) return {};
	const id = (flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
	const [uid, gid] = [id('-u'), id('-g')];
	chownSync(folder, uid, gid);
	return { uid, gid };
}

// It takes connections before it takes orders.
const accepts = (programs, port) => spawnSync(join(programs, 'pg_isready'), ['-q', '-h', '127.0.0.1', '-p', String(port)]).status === 0;
